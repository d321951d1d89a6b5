"""What a chat wants to know of the app before it can be installed there: a manifest for each."""

NAME = "Deskside"
SHORT = "Desk-side support in chat: run AWS desk-side operations from here."
LONG = (
    "Deskside is desk-side support in chat. Colleagues switch the Client VPN on for as long as they need it and are "
    "sure that it goes off by itself; operators see what is running and who uses it; and AWS talks back in the same "
    "place. Every request is checked against roles and audited under the name of the person who made it."
)
EXAMPLE_URL = "https://deskside.example.com"
