"""What runs inside a jail: the zygote that forks jobs, the walls around a job, and the job itself.

Nothing here imports anything but the standard library and its neighbours, and these relatively: the folder
is put before an interpreter that knows no reasongym. Expected outputs never come here.
"""
