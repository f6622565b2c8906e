"""Records know which user or which API key wrote them, over HTTP."""

from tests.support.control_plane import Site

WHO = "{source name userId apiKeyId}"
CREATE = f'mutation {{createTask(data: {{title: "x"}}) {{id createdBy {WHO} updatedBy {WHO}}}}}'


def test_records_know_who_wrote_them(site: Site) -> None:
    ada = site.sign_up("ada@who.example", pack="crm")
    key = ada.new_key(name="Robot", role="admin")

    by_ada = ada.do(CREATE, "/graphql")["createTask"]
    assert by_ada["createdBy"] == by_ada["updatedBy"]
    assert by_ada["createdBy"] == {
        "source": "MANUAL",
        "name": "ada@who.example",
        "userId": ada.session["user"]["id"],
        "apiKeyId": None,
    }
    by_key = key.do(CREATE, "/graphql")["createTask"]["createdBy"]
    assert (by_key["source"], by_key["name"], by_key["userId"]) == ("API", "Robot", None)
    assert by_key["apiKeyId"] is not None
    update = f'mutation {{updateTask(id: "{by_ada["id"]}", data: {{title: "y"}}) {{createdBy {WHO} updatedBy {WHO}}}}}'
    updated = key.do(update, "/graphql")["updateTask"]
    assert updated == {"createdBy": by_ada["createdBy"], "updatedBy": by_key}
