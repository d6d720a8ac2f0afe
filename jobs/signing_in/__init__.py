"""The sign-in: who somebody is, for how long, and how surely. The only room that knows django-allauth."""
