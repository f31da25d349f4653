/* Which of the names that were met may lead somewhere: as `settling.settle_plainly` finds it. */

#include "core.h"

enum { LONGEST_NAME = 200 };

typedef struct {
    const byte *source;
    Py_ssize_t size;
    const Words *words; /* first: what may lead somewhere; second: what is imported */
    int has_star;
    PyObject *references, *calls, *callees, *ends_of; /* dictionaries, see `sweep` */
    PyObject *functions;                              /* symbol to its name */
    PyObject *recursion;                              /* called with a symbol and a name that ends with its own */
    /* Of the symbol in which calls are being met: */
    PyObject *symbol, *function, *list;
} Settling;

/* dictionary.setdefault(key, value), of which only a list that is there is asked for; a borrowed reference. */
static PyObject *list_at(PyObject *dictionary, PyObject *key)
{
    PyObject *list = PyDict_GetItemWithError(dictionary, key);
    if (list != NULL && !PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "what is gathered is a list");
        return NULL;
    }
    if (list != NULL || PyErr_Occurred())
        return list;
    list = PyList_New(0);
    if (list == NULL)
        return NULL;
    int failed = PyDict_SetItem(dictionary, key, list) < 0;
    Py_DECREF(list); /* the dictionary holds it */
    return failed ? NULL : list;
}

static int set_default(PyObject *dictionary, PyObject *key, PyObject *value)
{
    int there = PyDict_Contains(dictionary, key);
    return there ? (there < 0 ? -1 : 0) : PyDict_SetItem(dictionary, key, value);
}

/* Makes this the symbol in which calls are being met. */
static int turn_to(Settling *settling, PyObject *symbol)
{
    if (settling->symbol != NULL) {
        int is_same = PyObject_RichCompareBool(settling->symbol, symbol, Py_EQ);
        if (is_same)
            return is_same < 0 ? -1 : 0;
    }
    PyObject *function = PyDict_GetItemWithError(settling->functions, symbol);
    if (function == NULL && PyErr_Occurred())
        return -1;
    if (function != NULL && !PyBytes_Check(function)) {
        PyErr_SetString(PyExc_TypeError, "a function's name is bytes");
        return -1;
    }
    PyObject *list = list_at(settling->callees, symbol);
    if (list == NULL)
        return -1;
    Py_INCREF(symbol);
    Py_XINCREF(function);
    Py_INCREF(list);
    Py_XDECREF(settling->symbol);
    Py_XDECREF(settling->function);
    Py_XDECREF(settling->list);
    settling->symbol = symbol;
    settling->function = function;
    settling->list = list;
    return 0;
}

/* A call inside a function: it may be one of itself, and its callee is kept if it is a plain name. */
static int note_callee(Settling *settling, PyObject *name, const byte *text, Py_ssize_t size)
{
    char *own;
    Py_ssize_t own_size;
    if (PyBytes_AsStringAndSize(settling->function, &own, &own_size) < 0)
        return -1;
    if (own_size <= size && memcmp(text + size - own_size, own, (size_t)own_size) == 0) {
        PyObject *done = PyObject_CallFunctionObjArgs(settling->recursion, settling->symbol, name, NULL);
        if (done == NULL)
            return -1;
        Py_DECREF(done);
    }
    return memchr(text, '.', (size_t)size) == NULL ? PyList_Append(settling->list, name) : 0;
}

/* Notes where the callee of an imported name ends, which is behind the parentheses around it. */
static int note_call(Settling *settling, PyObject *symbol, PyObject *name, PyObject *end)
{
    PyObject *key = PyTuple_Pack(2, symbol, name);
    if (key == NULL)
        return -1;
    PyObject *ends = list_at(settling->calls, key);
    Py_DECREF(key);
    if (ends == NULL)
        return -1;
    PyObject *further = PyDict_GetItemWithError(settling->ends_of, end);
    if (further == NULL && PyErr_Occurred())
        return -1;
    return PyList_Append(ends, further == NULL ? end : further);
}

static int note_reference(Settling *settling, PyObject *row, PyObject *name)
{
    PyObject *key = PyTuple_Pack(3, PyTuple_GetItem(row, 0), PyTuple_GetItem(row, 1), name);
    if (key == NULL)
        return -1;
    int failed = set_default(settling->references, key, PyTuple_GetItem(row, 2));
    Py_DECREF(key);
    return failed;
}

/* A name that was met. */
typedef struct {
    const byte *text;
    Py_ssize_t size;
    int is_dotted, is_call;
    const Word *head; /* NULL: leads nowhere by itself */
} Met;

/* Reads one that is not too long; 1 if it is, -1 with an exception set. */
static int read_met(const Settling *settling, PyObject *row, Met *met)
{
    if (!PyTuple_Check(row) || PyTuple_Size(row) != 4 || !PyUnicode_Check(PyTuple_GetItem(row, 1))) {
        PyErr_SetString(PyExc_TypeError, "what is met is a tuple of symbol, kind, start and end");
        return -1;
    }
    Py_ssize_t start = offset_of(PyTuple_GetItem(row, 2)), end = start < 0 ? -1 : offset_of(PyTuple_GetItem(row, 3));
    if (end < 0)
        return -1;
    if (end - start > LONGEST_NAME)
        return 1;
    start = start < settling->size ? start : settling->size;
    end = end < settling->size ? end : settling->size;
    met->text = settling->source + start;
    met->size = end > start ? end - start : 0;
    const byte *stop = met->text + met->size;
    met->is_dotted = met->size > 0 && after_dotted(met->text, stop) == stop;
    met->head = met->is_dotted ? word_of(settling->words, met->text, after_word(met->text, stop) - met->text) : NULL;
    met->is_call = PyUnicode_CompareWithASCIIString(PyTuple_GetItem(row, 1), "call") == 0;
    return 0;
}

static int settle(Settling *settling, PyObject *row)
{
    Met met;
    int found = read_met(settling, row, &met);
    if (found)
        return found < 0 ? -1 : 0;
    PyObject *symbol = PyTuple_GetItem(row, 0);
    if (met.is_call && turn_to(settling, symbol) < 0)
        return -1;
    int may_lead = met.head != NULL ? met.head->in_first : 0, is_imported = met.head != NULL ? met.head->in_second : 0;
    may_lead |= settling->has_star & met.is_dotted;
    int is_kept = met.is_call & (settling->has_star | is_imported);
    int is_inside = met.is_call ? settling->function != NULL : 0;
    if (!(may_lead | is_kept | is_inside))
        return 0;
    PyObject *name = PyBytes_FromStringAndSize((const char *)met.text, met.size);
    if (name == NULL)
        return -1;
    int failed = is_inside ? note_callee(settling, name, met.text, met.size) : 0;
    if (!failed && is_kept)
        failed = note_call(settling, symbol, name, PyTuple_GetItem(row, 3));
    if (!failed && may_lead)
        failed = note_reference(settling, row, name);
    Py_DECREF(name);
    return failed;
}

/* settle(source, met, words, has star, functions, recursion, references, calls, callees, ends of callees): fills the
 * last but one three; see `settling.settle`. */
PyObject *core_settle(PyObject *module, PyObject *const *given, Py_ssize_t count)
{
    char *source;
    Settling settling = {0};
    (void)module;
    if (!are_given(count, 10) || PyBytes_AsStringAndSize(given[0], &source, &settling.size) < 0)
        return NULL;
    settling.source = (const byte *)source;
    settling.words = PyCapsule_GetPointer(given[2], WORDS);
    settling.has_star = settling.words == NULL ? -1 : PyObject_IsTrue(given[3]);
    if (settling.has_star < 0)
        return NULL;
    settling.functions = given[4];
    settling.recursion = given[5];
    settling.references = given[6];
    settling.calls = given[7];
    settling.callees = given[8];
    settling.ends_of = given[9];
    int are_right = PyList_Check(given[1]) && PyDict_Check(given[4]);
    for (int i = 6; i < 10; i++)
        are_right = are_right && PyDict_Check(given[i]);
    if (!are_right) {
        PyErr_SetString(PyExc_TypeError, "what is met is a list, and what is found goes into dictionaries");
        return NULL;
    }
    int failed = 0;
    for (Py_ssize_t i = 0; !failed && i < PyList_Size(given[1]); i++) {
        PyObject *row = Py_NewRef(PyList_GetItem(given[1], i)); /* what is called may change the list */
        failed = settle(&settling, row) < 0;
        Py_DECREF(row);
    }
    Py_XDECREF(settling.symbol);
    Py_XDECREF(settling.function);
    Py_XDECREF(settling.list);
    if (failed)
        return NULL;
    return Py_NewRef(Py_None);
}
