# What is no JSON is answered by default.
> hello
< Hello!!! Nothing to see here!

================
# So are JSON without a message, one that is unknown, and one that is no object.
> {"articleId": "x"}
< Hello!!! Nothing to see here!
> {"message": "Views", "articleId": "x"}
< Hello!!! Nothing to see here!
> {"message": 5}
< Hello!!! Nothing to see here!
> ["views"]
< Hello!!! Nothing to see here!
> "views"
< Hello!!! Nothing to see here!
>
< Hello!!! Nothing to see here!
