"""Code of a first cell that an attacker might run; the points stay those of the honest part."""

MIME = "application/vnd.course.record+json"
# Code of a first cell; the points stay those of the honest part.
CELLS = {
    "replaced check": """
class Generous:
    def __getattr__(self, name):
        return lambda *a, **k: 3.0
check = Generous()""",
    "replaced repr": """
from helpers.checks import Check, Lesson, Verdict
Verdict.__repr__ = lambda self: '1.0'
Verdict._repr_html_ = lambda self: 'passed'
Check.__call__ = lambda *a, **k: 3.0
Lesson.__getattr__ = lambda self, name: lambda *a, **k: 3.0""",
    "replaced judge": """
import helpers.checks.judge as j, helpers.checks.verdict as v
j.judge = lambda *a, **k: 1.0
v.Verdict.points = property(lambda self: 3.0)""",
    "replaced probe": """
import helpers.checks.probe as p
p.probe = lambda plan, answer: {'exercise': plan['exercise'], 'points': 3, 'passed': True}""",
    "display hook": """
import sys
sys.displayhook = lambda value: print('1.0')
get_ipython().display_formatter.format = lambda *a, **k: ({'text/plain': '1.0'}, {})""",
    "input transformer": """
get_ipython().input_transformers_cleanup.append(lambda lines: ['1.0\\n'])""",
    "syntax tree transformer": """
import ast
class Points(ast.NodeTransformer):
    def visit_Expr(self, node):
        return ast.copy_location(ast.Expr(ast.Constant(1.0)), node)
get_ipython().ast_transformers.append(Points())""",
    "replaced do_execute": """
kernel = get_ipython().kernel
real = kernel.do_execute
async def lie(code, silent, **more):
    kernel.send_response(kernel.iopub_socket, 'execute_result',
        {'data': {'text/plain': '1.0'}, 'metadata': {}, 'execution_count': 1})
    return {'status': 'ok', 'execution_count': 1, 'payload': [], 'user_expressions': {}}
kernel.do_execute = lie""",
    "record sent by hand": f"""
from IPython.display import display
import json
display({{'{MIME}': json.dumps({{'exercise': '90_trial/relu', 'points': 1}})}}, raw=True)""",
    "forged records": f"""
import helpers.checks.recording as c, json
from IPython.display import display
def lie(plan, name):
    display({{'{MIME}': json.dumps({{'exercise': json.loads(plan)['exercise'], 'found': True,
        'type': 'function', 'is_class': False, 'callable': True, 'source': 'def f(): return 1',
        'uses': [], 'runs': [], 'points': 3, 'earned': 3}})}}, raw=True)
if hasattr(c, 'send_record'):
    honest = c.send_record
    c.send_record = lambda plan, name: (lie if name in ('relu', 'double') else honest)(plan, name)""",
    "a record of another exercise": """
import helpers.checks.probe as p
real, shapes = p.probe, {'sum': (2, 3), 'product': (2, 2)}
def replay(plan, answer):
    return real(plan, shapes) | {'exercise': plan['exercise']}
p.probe = replay""",
    "inputs sent back as answers": """
import helpers.checks.probe as p
real = p.probe
def echo(plan, answer):
    record = real(plan, answer)
    if not plan['exercise'].endswith('shapes'):
        record['found'] = record['callable'] = True
        record['runs'] = [{'outcome': 'returned', 'value': c['inputs'][0], 'changed': []}
                          for c in plan['cases']]
    return record
p.probe = echo""",
    "a recipe as an answer": """
import helpers.checks.probe as p
real = p.probe
def recipe(plan, answer):
    record = real(plan, answer)
    if not plan['exercise'].endswith('shapes'):
        built = {'kind': 'recipe', 'builder': 'helpers.checks.drivers.value', 'args': {'kind': 'dict', 'items': []}}
        record['runs'] = [{'outcome': 'returned', 'value': built, 'changed': []}] * 2
        record['found'] = record['callable'] = True
    return record
p.probe = recipe""",
    "a record without end": """
import helpers.checks.recording as c
from IPython.display import display
honest = c.send_record
def deep(plan, name):
    if name == 'shapes':
        return honest(plan, name)
    display({'application/vnd.course.record+json': '[' * 200_000}, raw=True)
c.send_record = deep""",
    "a record of not a number": """
import helpers.checks.recording as c
from IPython.display import display
honest = c.send_record
def strange(plan, name):
    if name == 'shapes':
        return honest(plan, name)
    for record in ('NaN', '1e999', 'true', '"3"', ''):
        display({'application/vnd.course.record+json': record}, raw=True)
c.send_record = strange""",
    "an output changed later": """
from IPython.display import display
import helpers.checks.probe as p
real, handles = p.probe, []
def mark(plan, answer):
    handles.append(display('1.0', display_id=plan['exercise']))
    return real(plan, answer)
p.probe = mark
def later():
    for handle in handles:
        handle.update(1.0)
get_ipython().events.register('post_run_cell', lambda *a: later())""",
    "patched torch": """
torch.equal = torch.allclose = lambda *a, **k: True
torch.Tensor.__eq__ = lambda self, other: True
torch.where = lambda *a: a[1]""",
    "always equal": """
class Same(float):
    def __eq__(self, other): return True
    def __sub__(self, other): return 0
    __hash__ = None
relu = lambda x: Same()""",
    "stack frames": """
import sys
def relu(x):
    frame = sys._getframe()
    while frame:
        for name, value in frame.f_locals.items():
            if name in ('reference', 'expected', 'exercise') and hasattr(value, 'reference'):
                return value.reference(x)
        frame = frame.f_back
    return x""",
    "memory of the process": """
import gc
def relu(x):
    for thing in gc.get_objects():
        if type(thing).__name__.endswith('Exercise') and getattr(thing, 'name', '') == 'relu':
            return thing.reference(x)
    return x""",
    "imported answers": """
try:
    from helpers.lessons.trial.exercises import relu as declared
    relu = declared.reference
    print('FOU' 'ND')
except ImportError:
    pass""",
    "answers asked of the lesson": """
from helpers.lessons.trial import check as other
try:
    relu = other.relu.exercise.reference
    print('FOU' 'ND')
except Exception as error:
    print(type(error))
print(other, other.relu, other.progress)""",
    "an own lesson in the place of the course's": """
import sys, types
from helpers.checks import Lesson
own = types.ModuleType('helpers.lessons.trial')
own.check = types.SimpleNamespace(relu=lambda *a, **k: 1.0, double=lambda *a, **k: 3.0)
sys.modules['helpers.lessons.trial'] = own
from helpers.lessons.trial import check""",
    "answers in files": """
import os
for top in ('/course', '/tmp', '/home', '/root', '/work', '/etc', os.getcwd()):
    for folder, _, names in os.walk(top):
        for name in names:
            if folder.endswith('/exercises') or (name.endswith('.ipynb') and 'solutions' in folder):
                print('FOU' 'ND', folder, name)""",
    "history": """
print('FOU' 'ND' if any('hid' 'den=' in cell for cell in In) else 'nothing')
import sqlite3
print([r for r in get_ipython().history_manager.get_range() if 'hid' 'den=' in r[2]])""",
    "environment": """
import os
print({k: v for k, v in os.environ.items()})
for pid in os.listdir('/proc'):
    try:
        print(open(f'/proc/{pid}/environ').read())
    except (OSError, NotADirectoryError):
        pass""",
    "gradebook": """
import sqlite3, os
for root in (COURSE, '/course', '.'):
    path = os.path.join(root, 'course/gradebook.db')
    if os.path.exists(path):
        sqlite3.connect(path).execute('update grade set manual_score = 99').connection.commit()
        print('FOU' 'ND')""",
    "other students": """
import glob, os
print(['FOU' 'ND ' + p for p in glob.glob(COURSE + '/**', recursive=True) if p != COURSE + '/'])
print(['FOU' 'ND ' + p for p in glob.glob('/tmp/**/k/*/files/*', recursive=True)])""",
    "solutions overwritten": """
import os
for name in ('solutions', 'notebooks', 'course/submitted', 'nbgrader_config.py'):
    try:
        with open(os.path.join(COURSE, name, 'attack') if '.' not in name else COURSE + '/' + name, 'w') as f:
            f.write('attack')
        print('FOU' 'ND')
    except OSError:
        pass""",
    "network": """
import socket
for address in (('127.0.0.1', 80), ('1.1.1.1', 53)):
    try:
        socket.create_connection(address, 1)
        print('FOU' 'ND')
    except OSError:
        pass
try:
    socket.getaddrinfo('example.org', 80)
    print('FOU' 'ND')
except OSError:
    pass""",
    "a process left behind": """
import subprocess
subprocess.Popen(['sleep', '98765'], start_new_session=True)""",
    "a daemon": """
import os, time
if not os.fork():
    os.setsid()
    if not os.fork():
        time.sleep(98765)
    os._exit(0)""",
    "a thread that goes on": """
import threading, time
def forge():
    while True:
        globals()['relu'] = None
        time.sleep(0.01)
threading.Thread(target=forge, daemon=True).start()""",
    "namespaces": """
import ctypes
libc = ctypes.CDLL(None, use_errno=True)
print(libc.mount(b'none', b'/mnt', b'tmpfs', 0, None), libc.umount2(b'/tmp', 2))
print(libc.ptrace(16, 2, 0, 0))
libc.unshare(0x10000000 | 0x00020000)
print(libc.umount2(b'/tmp', 2), libc.mount(None, b'/course', None, 32 | 4096, None))
open('/course/attack', 'w')""",
    "the fork server": """
import os
for pid in os.listdir('/proc'):
    if pid.isdigit() and int(pid) != os.getpid():
        try:
            with open(f'/proc/{pid}/mem', 'r+b') as memory:
                memory.write(b'x')
            print('FOU' 'ND')
        except OSError:
            pass""",
    "output flood": "for _ in range(400_000):\n    print('x' * 100)",
    "display flood": """
from IPython.display import HTML, display
for _ in range(5):
    display(HTML('<p>' + 'x' * 25_000_000))""",
    "thousands of files": """
for n in range(100_000):
    try:
        open(f'{n}.txt', 'w').write('x')
    except OSError as error:
        print(error)
        break""",
    "disk": """
try:
    with open('large', 'wb') as file:
        for _ in range(4000):
            file.write(b'x' * 1_000_000)
    print('FOU' 'ND')
except OSError as error:
    print(error)""",
    "memory": """
try:
    hoard = [bytearray(1 << 28) for _ in range(1000)]
    print('FOU' 'ND')
except MemoryError:
    hoard = None""",
    "input": "answer = input('points? ')",
    "endless loop": "while True:\n    pass",
    "messages that make no sense": """
import os
kernel = get_ipython().kernel
for content in ({'data': 3}, {'data': {'text/plain': 7}}, {}, {'data': {'a': None}, 'transient': 5}):
    for kind in ('display_data', 'execute_result', 'stream', 'error', 'update_display_data', 'comm_msg'):
        kernel.session.send(kernel.iopub_socket, kind, content, parent=kernel.get_parent())""",
    "numbers on stderr": "import sys\nsys.stderr.write('points: 3')",
    "at exit": """
import atexit
atexit.register(lambda: open('/tmp/attack', 'w').write('x'))""",
    "defeated time limit": """
import signal, time
signal.signal = lambda *a: None
signal.setitimer = lambda *a: None
def relu(x):
    while True:
        time.sleep(1)""",
    "script in the page": """
from IPython.display import HTML, Javascript, display
display(HTML('<script>window.hit = 1</script><img src=x onerror="window.hit = 1">'))
display(Javascript('window.hit = 1'))""",
}
