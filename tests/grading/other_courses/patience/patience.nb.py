# %% answer slow
def slow(seconds):
    ### BEGIN SOLUTION
    return seconds
    ### END SOLUTION
# %% wrong slow
import time

def slow(seconds):
    time.sleep(seconds)
    return seconds
# %% test slow_visible 1
assert slow(20) == 20
# %% test slow_hidden 1
assert callable(slow)
### BEGIN HIDDEN TESTS
assert slow(20) == 20
### END HIDDEN TESTS
# %% test in_time 1
assert slow(0.1) == 0.1
# %% answer much
def talk():
    ### BEGIN SOLUTION
    return "a" * 10
    ### END SOLUTION
# %% wrong much
def talk():
    for _ in range(100):
        print("x" * 100_000)
    return "a" * 10
# %% test much_output 1
assert talk() == "aaaaaaaaaa"
# %% test much_then_points 2
talk()
1.5
# %% test much_then_error 1
talk()
raise ValueError("so")
# %% test long_value 1
list(range(200_000))
# %% test many_outputs 2
for i in range(300):
    display(i) if i % 2 else print(i)
1
# %% test after 1
assert slow(0) == 0
