"""No service: what the two HTTP doors, intake and the page, do alike before anybody looks at a request.

Whom they answer (`hosts`), how long they wait for whom (`lobby`, `serving`), how a body is read (`bodies`), the reference of
what may be asked (`reference`).
"""
