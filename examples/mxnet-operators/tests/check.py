"""Loads the installed operators into a libmxnet.so (its path is the argument) and checks what they give."""

import ctypes
import struct
import sys
import zlib

import mxnet_operators

VALUES = [-1.0, 0.5, 2.0]


def call(function, *arguments):
    if function(*arguments) != 0:
        raise OSError(mx.MXGetLastError().decode())


def operators():
    """How many operators there are, and the handle of each by its name."""
    size, creators = ctypes.c_uint(), ctypes.POINTER(ctypes.c_void_p)()
    call(mx.MXSymbolListAtomicSymbolCreators, ctypes.byref(size), ctypes.byref(creators))
    handles = {}
    for index in range(size.value):
        name = ctypes.c_char_p()
        call(mx.MXSymbolGetAtomicSymbolName, ctypes.c_void_p(creators[index]), ctypes.byref(name))
        handles[name.value.decode()] = creators[index]
    return handles


def invoke(handle, values, **parameters):
    shape, array = (ctypes.c_uint * 1)(len(values)), ctypes.c_void_p()
    call(mx.MXNDArrayCreate, shape, 1, 1, 0, 0, ctypes.byref(array))
    data = (ctypes.c_float * len(values))(*values)
    call(mx.MXNDArraySyncCopyFromCPU, array, data, ctypes.c_size_t(len(values)))
    count, outputs = ctypes.c_int(0), ctypes.POINTER(ctypes.c_void_p)()
    inputs = (ctypes.c_void_p * 1)(array)
    keys = (ctypes.c_char_p * len(parameters))(*(key.encode() for key in parameters))
    texts = (ctypes.c_char_p * len(parameters))(*(value.encode() for value in parameters.values()))
    # fmt: off
    call(mx.MXImperativeInvoke, ctypes.c_void_p(handle), 1, inputs, ctypes.byref(count), ctypes.byref(outputs),
         len(parameters), keys, texts)
    # fmt: on
    result = ctypes.c_void_p(outputs[0])
    dimensions, sizes = ctypes.c_int(), ctypes.POINTER(ctypes.c_int)()
    call(mx.MXNDArrayGetShapeEx, result, ctypes.byref(dimensions), ctypes.byref(sizes))
    total = 1
    for index in range(dimensions.value):
        total *= sizes[index]
    answer = (ctypes.c_float * total)()
    call(mx.MXNDArraySyncCopyToCPU, result, answer, ctypes.c_size_t(total))
    return list(answer)


mx = ctypes.CDLL(sys.argv[1])
mx.MXGetLastError.restype = ctypes.c_char_p
before = operators()
mxnet_operators.load(mx)
after = operators()
relu = invoke(after["relu_scaled"], VALUES)
scaled = invoke(after["relu_scaled"], VALUES, scale="3")
checksum = invoke(after["checksum"], VALUES)
expected = zlib.crc32(struct.pack("3f", *VALUES)) >> 8
assert relu == [0.0, 1.0, 4.0], relu
assert scaled == [0.0, 1.5, 6.0], scaled
assert checksum == [float(expected)], (checksum, expected)
print(f"operators {len(before)} -> {len(after)}, results right")
