// Reads {secret, headers, body} as JSON from standard input; prints what the package says of it.
import { Webhook } from "standardwebhooks";

let text = "";
for await (const part of process.stdin) text += part;
const { secret, headers, body } = JSON.parse(text);
try {
  new Webhook(secret).verify(body, headers);
  console.log("ok");
} catch (error) {
  console.log(error.message);
}
