raise RuntimeError('not here')
