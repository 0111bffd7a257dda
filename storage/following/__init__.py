"""What subscribers follow, from what they typed to who gets which release.

`wishes` reads what was typed, `namesakes` compares people, `matching` tells which follows a text
meets, `rows` and `terms` keep them, `audience` writes down who wanted a release when it was
announced, `counting` tells how many there are already. `shelf` is the front.
"""
