/* The compiled core of extraction: what is the same for all languages, on plain bytes and spans.
 *
 * Every function has a twin in Python, which stays as its oracle and for machines without a compiler. */

#include "core.h"

#ifndef PLUMBRULE_SOURCES
#error "PLUMBRULE_SOURCES: the digest of these files, so that a build that does not match them is not used"
#endif

static PyMethodDef methods[] = {
    {"lines", core_lines, METH_O, NULL},
    {"words", (PyCFunction)(void (*)(void))core_words, METH_FASTCALL, NULL},
    {"mask", (PyCFunction)(void (*)(void))core_mask, METH_FASTCALL, NULL},
    {"measure", (PyCFunction)(void (*)(void))core_measure, METH_FASTCALL, NULL},
    {"function", (PyCFunction)(void (*)(void))core_function, METH_FASTCALL, NULL},
    {"leaves", (PyCFunction)(void (*)(void))core_leaves, METH_FASTCALL, NULL},
    {"settle", (PyCFunction)(void (*)(void))core_settle, METH_FASTCALL, NULL},
    {"uses", (PyCFunction)(void (*)(void))core_uses, METH_FASTCALL, NULL},
    {"looked_at", (PyCFunction)(void (*)(void))core_looked_at, METH_FASTCALL, NULL},
    {"ways", (PyCFunction)(void (*)(void))core_ways, METH_FASTCALL, NULL},
    {NULL, NULL, 0, NULL},
};

static int execute(PyObject *module)
{
    return PyModule_AddStringConstant(module, "SOURCES", PLUMBRULE_SOURCES);
}

static PyModuleDef_Slot slots[] = {{Py_mod_exec, (void *)execute}, {0, NULL}};

static PyModuleDef definition = {
    .m_base = PyModuleDef_HEAD_INIT, .m_name = "_core", .m_size = 0, .m_methods = methods, .m_slots = slots,
};

PyMODINIT_FUNC PyInit__core(void)
{
    return PyModuleDef_Init(&definition);
}
