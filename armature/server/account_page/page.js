// What the links in mails lead to. The token is behind the #, so no server and no log has seen it.
const token = decodeURIComponent(location.hash.slice(1));
const main = document.querySelector("main");

const EMAIL = { name: "email", label: "E-mail address", type: "email", autocomplete: "username" };
const PASSWORD = { name: "password", label: "Password", type: "password", autocomplete: "current-password" };
const NEW_PASSWORD = { ...PASSWORD, label: "New password", autocomplete: "new-password" };
const CODE = { name: "code", label: "Code of your authenticator app, if you have one", autocomplete: "one-time-code", optional: true };

const VERIFY = "mutation($token: String!) { verifyEmail(token: $token) { email } }";
const RESET = "mutation($input: ResetPasswordInput!) { resetPassword(input: $input) }";
const SIGN_UP = "mutation($input: SignUpInput!) { signUp(input: $input) { accessToken } }";
const SIGN_IN = "mutation($input: SignInInput!) { signIn(input: $input) { accessToken } }";
const ACCEPT = "mutation($token: String!) { acceptInvitation(token: $token) { name } }";

const verify = { button: "Confirm", fields: [], done: "Thank you: the address is confirmed.", run: () => ask(VERIFY, { token }) };

const PAGES = {
  "verify-email": { title: "Confirm your e-mail address", forms: [verify] },
  "new-email": { title: "Confirm your new e-mail address", forms: [verify] },
  "reset-password": {
    title: "Choose a new password",
    forms: [
      {
        button: "Change the password",
        fields: [NEW_PASSWORD],
        done: "The password is changed. You can sign in with it.",
        run: ({ password }) => ask(RESET, { input: { token, password } }),
      },
    ],
  },
  "accept-invitation": {
    title: "You are invited",
    forms: [
      {
        heading: "I am new here",
        button: "Sign up",
        fields: [EMAIL, NEW_PASSWORD],
        done: "Welcome! You are a member of the workspace.",
        run: ({ email, password }) => ask(SIGN_UP, { input: { email, password, invitation: token } }),
      },
      {
        heading: "I have an account",
        button: "Sign in and accept",
        fields: [EMAIL, PASSWORD, CODE],
        done: "Welcome! You are a member of the workspace.",
        run: async ({ email, password, code }) => {
          const { signIn } = await ask(SIGN_IN, { input: { email, password, code: code || null } });
          await ask(ACCEPT, { token }, signIn.accessToken);
        },
      },
    ],
  },
};

async function ask(query, variables, accessToken) {
  const headers = { "content-type": "application/json" };
  if (accessToken) headers.authorization = `Bearer ${accessToken}`;
  const response = await fetch("/metadata", { method: "POST", headers, body: JSON.stringify({ query, variables }) });
  const { data, errors } = await response.json();
  if (errors) throw new Error(errors.map(({ message, extensions }) => [message, extensions?.hint].filter(Boolean).join(" ")).join("\n"));
  return data;
}

function made(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

function say(role, text, where = main) {
  main.querySelector("[role]")?.remove();
  const said = made("p", { textContent: text });
  said.setAttribute("role", role);
  where.append(said);
  said.scrollIntoView({ block: "nearest" });
}

function formOf({ heading, button, fields, done, run }) {
  const inputs = fields.map(({ label, optional, ...field }) => made("label", {}, label, made("input", { ...field, required: !optional })));
  const form = made("form", {}, ...inputs, made("button", { textContent: button }));
  if (heading) form.prepend(made("h2", { textContent: heading }));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      await run(Object.fromEntries(new FormData(form)));
      main.querySelectorAll("form").forEach((each) => each.remove());
      history.replaceState(null, "", location.pathname);
      say("status", done);
    } catch (error) {
      say("alert", error.message, form);
    }
  });
  return form;
}

const page = PAGES[location.pathname.split("/").pop()];
if (page) {
  document.title = main.querySelector("h1").textContent = page.title;
  main.append(...page.forms.map(formOf));
}
if (!page || !token) say("alert", "This link is not whole. Open it from the mail again.");
