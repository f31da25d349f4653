/* A file's text: its lines, and the copy of it in which strings and comments are hidden. */

#include "core.h"

#include <stdlib.h>

enum { COMMENT, NAME, STRING }; /* kinds of spans, as `sweep` numbers them */
enum { LONGEST_TOLD = 80, SHORTEST_TOLD = 6, HEADER = 2000 };

typedef struct {
    Py_ssize_t start, end;
    long kind;
} Hidden;

const char TEXT[] = "plumbrule.text";

Py_ssize_t offset_of(PyObject *number)
{
    Py_ssize_t value = PyLong_AsSsize_t(number);
    if (value == -1 && PyErr_Occurred())
        return -1;
    if (value < 0) {
        PyErr_SetString(PyExc_ValueError, "an offset is no smaller than 0");
        return -1;
    }
    return value;
}

int are_given(Py_ssize_t count, Py_ssize_t wanted)
{
    if (count == wanted)
        return 1;
    PyErr_Format(PyExc_TypeError, "%zd arguments given, %zd wanted", count, wanted);
    return 0;
}

Text *text_of(PyObject *capsule)
{
    return PyCapsule_GetPointer(capsule, TEXT);
}

static void text_free(PyObject *capsule)
{
    Text *text = PyCapsule_GetPointer(capsule, TEXT);
    if (text == NULL)
        return;
    Py_XDECREF(text->source_bytes);
    Py_XDECREF(text->masked_bytes);
    PyMem_Free(text->own_shaped);
    PyMem_Free(text->strings);
    PyMem_Free(text->code);
    PyMem_Free(text->known);
    PyMem_Free(text->scratch);
    PyMem_Free(text);
}

/* Where each line ends, its line feed included; the last end is one behind the text. */
PyObject *core_lines(PyObject *module, PyObject *source)
{
    char *data;
    Py_ssize_t size;
    (void)module;
    if (PyBytes_AsStringAndSize(source, &data, &size) < 0)
        return NULL;
    PyObject *ends = PyList_New(0);
    if (ends == NULL)
        return NULL;
    Py_ssize_t at = 0;
    for (;;) {
        const char *feed = at < size ? memchr(data + at, '\n', (size_t)(size - at)) : NULL;
        at = feed == NULL ? size + 1 : feed - data + 1;
        PyObject *end = PyLong_FromSsize_t(at);
        int failed = end == NULL || PyList_Append(ends, end) < 0;
        Py_XDECREF(end);
        if (failed) {
            Py_DECREF(ends);
            return NULL;
        }
        if (feed == NULL)
            return ends;
    }
}

static int by_place(const void *left, const void *right)
{
    const Hidden *a = left, *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    if (a->end != b->end)
        return a->end < b->end ? -1 : 1;
    return (a->kind > b->kind) - (a->kind < b->kind);
}

static int read_hidden(PyObject *row, Hidden *hidden)
{
    if (!PyTuple_Check(row) || PyTuple_Size(row) != 3) {
        PyErr_SetString(PyExc_TypeError, "a span is a tuple of start, end and kind");
        return -1;
    }
    hidden->start = offset_of(PyTuple_GetItem(row, 0));
    if (hidden->start < 0)
        return -1;
    hidden->end = offset_of(PyTuple_GetItem(row, 1));
    if (hidden->end < 0)
        return -1;
    hidden->kind = PyLong_AsLong(PyTuple_GetItem(row, 2));
    if (hidden->kind == -1 && PyErr_Occurred())
        return -1;
    if (hidden->end < hidden->start) {
        PyErr_SetString(PyExc_ValueError, "a span ends no earlier than it begins");
        return -1;
    }
    return 0;
}

/* The spans in order, without those that begin inside one before them; NULL with an exception set. */
static Hidden *read_spans(PyObject *rows, Py_ssize_t *count)
{
    if (!PyList_Check(rows)) {
        PyErr_SetString(PyExc_TypeError, "spans are given as a list");
        return NULL;
    }
    Py_ssize_t size = PyList_Size(rows), kept = 0, at = 0;
    Hidden *spans = PyMem_Calloc((size_t)size + 1, sizeof *spans);
    if (spans == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    int is_sorted = 1;
    for (Py_ssize_t i = 0; i < size; i++) {
        if (read_hidden(PyList_GetItem(rows, i), &spans[i]) < 0) {
            PyMem_Free(spans);
            return NULL;
        }
        is_sorted = is_sorted && (i == 0 || by_place(&spans[i - 1], &spans[i]) <= 0);
    }
    if (!is_sorted)
        qsort(spans, (size_t)size, sizeof *spans, by_place);
    for (Py_ssize_t i = 0; i < size; i++) {
        if (spans[i].start < at)
            continue; /* inside a string: the pieces of a formatted one */
        at = spans[i].end;
        spans[kept++] = spans[i];
    }
    *count = kept;
    return spans;
}

static byte *write_blank(byte *out, const byte *from, const byte *to)
{
    for (; from < to; from++)
        *out++ = *from == '\n' ? '\n' : ' ';
    return out;
}

/* A string becomes a hole, of at least one byte, and what tells that each line after is held. */
static byte *write_hole(byte *out, const byte *from, const byte *to)
{
    *out++ = HOLE_SIGN;
    if (from < to && *from != '\n')
        from++;
    byte before = HOLE_SIGN;
    for (; from < to; from++) {
        byte sign = *from == '\n' ? '\n' : before == '\n' ? HELD_SIGN : ' ';
        *out++ = before = sign;
    }
    return out;
}

static int is_telling(const byte *from, const byte *to)
{
    for (const byte *at = from; at < to; at++) {
        switch (*at) {
        case '_':
        case '-':
        case '.':
        case '/':
        case ':':
        case '%':
            return 1;
        }
        if (at + 1 < to && *at >= 'a' && *at <= 'z' && at[1] >= 'A' && at[1] <= 'Z')
            return 1;
    }
    return 0;
}

static int append_bytes(PyObject *list, const byte *from, Py_ssize_t size)
{
    PyObject *bytes = PyBytes_FromStringAndSize((const char *)from, size);
    int failed = bytes == NULL || PyList_Append(list, bytes) < 0;
    Py_XDECREF(bytes);
    return failed ? -1 : 0;
}

static int append_told(PyObject *list, Py_ssize_t start, const byte *from, Py_ssize_t size)
{
    PyObject *told = Py_BuildValue("ny#", start, (const char *)from, size);
    int failed = told == NULL || PyList_Append(list, told) < 0;
    Py_XDECREF(told);
    return failed ? -1 : 0;
}

static Py_ssize_t clamped(Py_ssize_t offset, Py_ssize_t size)
{
    return offset < size ? offset : size;
}

/* Writes the masked text and notes its strings, those that may tell something and the remarks at its beginning. */
static int hide(Text *text, const Hidden *spans, Py_ssize_t count, byte *out, PyObject *told, PyObject *remarks)
{
    const byte *source = text->source;
    Py_ssize_t size = text->source_size, at = 0;
    for (const Hidden *span = spans; span < spans + count; span++) {
        Py_ssize_t start = clamped(span->start, size), end = clamped(span->end, size);
        if (at < start) {
            memcpy(out, source + at, (size_t)(start - at));
            out += start - at;
        }
        at = end;
        if (span->kind == COMMENT) {
            out = write_blank(out, source + start, source + end);
            Py_ssize_t remark = end - start < HEADER ? end - start : HEADER;
            if (span->start < HEADER && append_bytes(remarks, source + start, remark) < 0)
                return -1;
            continue;
        }
        text->strings[text->string_count++] = (Span){span->start, span->end};
        out = write_hole(out, source + start, source + end);
        if (span->kind == STRING && span->end - span->start <= LONGEST_TOLD && end - start >= SHORTEST_TOLD &&
            is_telling(source + start, source + end) &&
            append_told(told, span->start, source + start, end - start) < 0)
            return -1;
    }
    if (at < size)
        memcpy(out, source + at, (size_t)(size - at));
    return 0;
}

static int mask_into(Text *text, PyObject *rows, PyObject *told, PyObject *remarks)
{
    Py_ssize_t count;
    Hidden *spans = read_spans(rows, &count);
    if (spans == NULL)
        return -1;
    int failed = -1;
    text->size = text->source_size;
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_ssize_t start = clamped(spans[i].start, text->source_size), end = clamped(spans[i].end, text->source_size);
        if (spans[i].kind != COMMENT && (start == end || text->source[start] == '\n'))
            text->size++; /* a hole where nothing is */
    }
    text->strings = PyMem_Calloc((size_t)count + 1, sizeof *text->strings);
    if (text->strings == NULL) {
        PyErr_NoMemory();
        goto end;
    }
    text->masked_bytes = PyBytes_FromStringAndSize(NULL, text->size);
    if (text->masked_bytes == NULL)
        goto end;
    byte *masked = (byte *)PyBytes_AsString(text->masked_bytes);
    if (masked == NULL)
        goto end;
    text->masked = masked;
    failed = hide(text, spans, count, masked, told, remarks);
end:
    PyMem_Free(spans);
    return failed;
}

/* mask(source, spans): (text, masked, told, remarks); see `texts.Text`. */
PyObject *core_mask(PyObject *module, PyObject *const *given, Py_ssize_t count)
{
    char *source;
    Py_ssize_t size;
    (void)module;
    if (!are_given(count, 2) || PyBytes_AsStringAndSize(given[0], &source, &size) < 0)
        return NULL;
    Text *text = PyMem_Calloc(1, sizeof *text);
    if (text == NULL)
        return PyErr_NoMemory();
    PyObject *capsule = PyCapsule_New(text, TEXT, text_free);
    if (capsule == NULL) {
        PyMem_Free(text);
        return NULL;
    }
    text->source_bytes = Py_NewRef(given[0]);
    text->source = (const byte *)source;
    text->source_size = size;
    PyObject *told = PyList_New(0), *remarks = PyList_New(0), *result = NULL;
    if (told != NULL && remarks != NULL && mask_into(text, given[1], told, remarks) == 0)
        result = Py_BuildValue("OOOO", capsule, text->masked_bytes, told, remarks);
    Py_XDECREF(told);
    Py_XDECREF(remarks);
    Py_DECREF(capsule);
    return result;
}

static int is_blank(byte sign)
{
    return sign == ' ' || sign == '\t' || sign == '\r' || sign == '\f' || sign == '\v';
}

/* measure(text, symbols): (physical lines, lines of code); `function` may be asked afterwards, for so many symbols. */
PyObject *core_measure(PyObject *module, PyObject *const *given, Py_ssize_t count)
{
    (void)module;
    Text *text = count == 2 ? text_of(given[0]) : NULL;
    if (!are_given(count, 2) || text == NULL)
        return NULL;
    Py_ssize_t symbols = offset_of(given[1]), lines = 1;
    if (symbols < 0)
        return NULL;
    for (Py_ssize_t i = 0; i < text->size; i++)
        lines += text->masked[i] == '\n';
    Known *known = PyMem_Calloc((size_t)symbols + 1, sizeof *known);
    Py_ssize_t *code = PyMem_Calloc((size_t)lines + 1, sizeof *code);
    if (known == NULL || code == NULL) {
        PyMem_Free(known);
        PyMem_Free(code);
        return PyErr_NoMemory();
    }
    Py_ssize_t line = 0, has_code = 0;
    for (Py_ssize_t i = 0; i < text->size; i++) {
        byte sign = text->masked[i];
        if (sign == '\n') {
            code[line + 1] = code[line] + has_code;
            line++;
            has_code = 0;
        } else if (!has_code)
            has_code = !is_blank(sign);
    }
    code[line + 1] = code[line] + has_code;
    PyMem_Free(text->known);
    PyMem_Free(text->code);
    text->known = known;
    text->symbols = symbols;
    text->code = code;
    text->lines = lines;
    int is_whole = text->size == 0 || text->masked[text->size - 1] == '\n';
    return Py_BuildValue("nn", lines - is_whole, code[lines]);
}
