"""An OpenID provider that is not ours (npm `oidc-provider`), and people who sign in there."""
