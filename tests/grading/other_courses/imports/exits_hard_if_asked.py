import os
if os.environ.get('LEAVE'):
    os._exit(3)
