/* What calls pass, read from a masked text.
 *
 * Gives what `calls.Ways.of` gives, whose patterns say what is meant; what may part something else than arguments is
 * left to it. */

#include "core.h"

#include <stdlib.h>

enum { LONGEST_CALL = 4000, MOST_CALLS = 16, DEEPEST_BRACKET = 6, DEEPEST_TYPE = 4 };

typedef struct {
    const byte *begin, *end;
} Part;

/* The arguments of one call; the room for them is used for one call after the other. */
typedef struct {
    Part *parts;
    Py_ssize_t count, room;
} Arguments;

typedef struct {
    const byte *masked;
    Py_ssize_t size;
    Py_ssize_t length; /* of the callee */
    PyObject *odd;     /* list of words and signs */
    Arguments arguments;
    int is_odd; /* one of them was met: the answer is not for us to give */
} Ways;

static int is_open(byte sign)
{
    return sign == '(' || sign == '[' || sign == '{';
}

static int is_close(byte sign)
{
    return sign == ')' || sign == ']' || sign == '}';
}

static const byte *past_space(const byte *at, const byte *stop)
{
    while (at < stop && is_space(*at))
        at++;
    return at;
}

static Part stripped(Part part)
{
    part.begin = past_space(part.begin, part.end);
    while (part.end > part.begin && is_space(part.end[-1]))
        part.end--;
    return part;
}

static int spreads(Part part)
{
    Py_ssize_t size = part.end - part.begin;
    return (size >= 1 && *part.begin == '*') || (size >= 3 && memcmp(part.begin, "...", 3) == 0);
}

/* Where the types between angle brackets that begin here end; NULL if these are none. */
static const byte *past_types(const byte *at, const byte *stop)
{
    int depth = 0;
    while (at < stop) {
        byte sign = *at;
        if (sign == '=' && at + 1 < stop && at[1] == '>') {
            at += 2;
            continue;
        }
        at++;
        if (sign == '<' && ++depth > DEEPEST_TYPE)
            return NULL;
        if (sign == '>' && --depth == 0)
            return at;
        if (sign == ')')
            return NULL;
        if (sign == '(') {
            if (depth == DEEPEST_TYPE)
                return NULL;
            while (at < stop && *at != '(' && *at != ')')
                at++;
            if (at == stop || *at == '(')
                return NULL;
            at++;
        }
    }
    return NULL;
}

/* Where the list of arguments begins, behind its parenthesis; NULL if nothing is called. */
static const byte *past_called(const byte *at, const byte *stop)
{
    at = past_space(at, stop);
    if (at < stop && *at == '!')
        at++;
    if (stop - at >= 2 && at[0] == '?' && at[1] == '.')
        at += 2;
    if (at < stop && *at == '<') {
        at = past_types(at, stop);
        if (at == NULL)
            return NULL;
    }
    at = past_space(at, stop);
    return at < stop && *at == '(' ? at + 1 : NULL;
}

/* The end of what stands between these parentheses if that is a word or nothing; NULL if it is more. */
static const byte *end_of_word(const byte *at, const byte *stop)
{
    while (at < stop && !is_open(*at) && !is_close(*at) && *at != ',' && *at != '=' && *at != '*')
        at++;
    return at < stop && *at == ')' ? at : NULL;
}

/* Where the brackets that begin here end; NULL if they do not or are too deep. */
static const byte *past_brackets(const byte *at, const byte *stop)
{
    int depth = 0;
    for (; at < stop; at++) {
        if (is_open(*at) && ++depth > DEEPEST_BRACKET)
            return NULL;
        if (is_close(*at) && --depth == 0)
            return at + 1;
    }
    return NULL;
}

/* Where the argument that begins here ends, at a comma or the last parenthesis; NULL if it does not. */
static const byte *end_of_argument(const byte *at, const byte *stop)
{
    while (at < stop && *at != ',' && !is_close(*at)) {
        if (!is_open(*at))
            at++;
        else if ((at = past_brackets(at, stop)) == NULL)
            return NULL;
    }
    return at < stop && (*at == ',' || *at == ')') ? at : NULL;
}

static int add_argument(Arguments *arguments, Part part)
{
    if (arguments->count == arguments->room) {
        Py_ssize_t room = arguments->room ? 2 * arguments->room : 16;
        Part *parts = PyMem_Realloc(arguments->parts, (size_t)room * sizeof *parts);
        if (parts == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        arguments->parts = parts;
        arguments->room = room;
    }
    arguments->parts[arguments->count++] = part;
    return 0;
}

/* Whether one of these words and signs stands anywhere in a text; -1 with an exception set. */
static int holds_odd(const Ways *ways, const byte *begin, const byte *end)
{
    for (Py_ssize_t i = 0; i < PyList_Size(ways->odd); i++) {
        char *odd;
        Py_ssize_t size;
        if (PyBytes_AsStringAndSize(PyList_GetItem(ways->odd, i), &odd, &size) < 0)
            return -1;
        for (const byte *at = begin; size > 0 && end - at >= size; at++) {
            at = memchr(at, *odd, (size_t)(end - at - size + 1));
            if (at == NULL)
                break;
            if (memcmp(at, odd, (size_t)size) == 0)
                return 1;
        }
    }
    return 0;
}

/* The name that an argument is given to; empty if it has none. */
static Part name_of(Part part)
{
    Part none = {part.begin, part.begin};
    const byte *at = part.begin;
    if (at == part.end || !is_plain(*at) || (*at >= '0' && *at <= '9'))
        return none;
    while (at < part.end && is_plain(*at))
        at++;
    Part name = {part.begin, at};
    at = past_space(at, part.end);
    if (at == part.end || *at != '=' || (at + 1 < part.end && (at[1] == '=' || at[1] == '>')))
        return none;
    return name;
}

static int by_text(const void *left, const void *right)
{
    const Part *a = left, *b = right;
    Py_ssize_t a_size = a->end - a->begin, b_size = b->end - b->begin;
    int found = memcmp(a->begin, b->begin, (size_t)(a_size < b_size ? a_size : b_size));
    return found ? found : (a_size > b_size) - (a_size < b_size);
}

/* How many arguments have no name, and the names of the others in order. */
static PyObject *told_arguments(Arguments *arguments)
{
    Py_ssize_t named = 0, size = 0;
    for (Py_ssize_t i = 0; i < arguments->count; i++) {
        Part name = name_of(arguments->parts[i]);
        if (name.begin < name.end) {
            arguments->parts[named++] = name;
            size += name.end - name.begin + 1;
        }
    }
    if (named == 0)
        return PyUnicode_FromFormat("%zd", arguments->count);
    qsort(arguments->parts, (size_t)named, sizeof *arguments->parts, by_text);
    char *told = PyMem_Malloc((size_t)size + 24);
    if (told == NULL)
        return PyErr_NoMemory();
    char *out = told + PyOS_snprintf(told, 24, "%zd", arguments->count - named);
    for (Py_ssize_t i = 0; i < named; i++) {
        Part name = arguments->parts[i];
        *out++ = ';';
        memcpy(out, name.begin, (size_t)(name.end - name.begin));
        out += name.end - name.begin;
    }
    PyObject *text = PyUnicode_DecodeASCII(told, out - told, NULL);
    PyMem_Free(told);
    return text;
}

static PyObject *sign_of(const char *sign)
{
    return PyUnicode_FromString(sign);
}

/* Reads the arguments from here on; the end of the call in `end`, NULL if they cannot be told apart. */
static int read_arguments(Ways *ways, const byte *at, const byte *stop, const byte **end)
{
    ways->arguments.count = 0;
    for (;;) {
        const byte *after = at <= stop ? end_of_argument(at, stop) : NULL;
        *end = after == NULL ? NULL : after + 1;
        if (after == NULL)
            return 0;
        if (add_argument(&ways->arguments, stripped((Part){at, after})) < 0)
            return -1;
        at = after + 1;
        if (*after == ')')
            return 0;
    }
}

static PyObject *passed_by(Ways *ways, Py_ssize_t callee_end)
{
    const byte *text = ways->masked, *stop = text + ways->size;
    const byte *begin = callee_end < ways->size ? past_called(text + callee_end, stop) : NULL;
    if (begin == NULL) {
        Py_ssize_t before = callee_end - ways->length - 1;
        return sign_of(before >= 0 && before < ways->size && text[before] == '<' ? "<" : "?");
    }
    const byte *end = end_of_word(begin, stop);
    if (end != NULL) {
        Part word = stripped((Part){begin, end});
        return sign_of(word.begin == word.end ? "0" : spreads(word) ? "*" : "1");
    }
    const byte *limit = ways->size - callee_end > LONGEST_CALL ? text + callee_end + LONGEST_CALL : stop;
    Arguments *arguments = &ways->arguments;
    if (read_arguments(ways, begin, limit, &end) < 0)
        return NULL;
    if (end == NULL)
        return sign_of("?");
    if (arguments->count > 1) {
        int is_odd = holds_odd(ways, begin, end);
        if (is_odd) {
            ways->is_odd = 1;
            return is_odd < 0 ? NULL : Py_NewRef(Py_None);
        }
    }
    const Part *last = &arguments->parts[arguments->count - 1];
    if (last->begin == last->end)
        arguments->count--;
    for (Py_ssize_t i = 0; i < arguments->count; i++)
        if (spreads(arguments->parts[i]))
            return sign_of("*");
    return told_arguments(arguments);
}

/* Each way once, in order, with a bar between. */
static PyObject *joined(PyObject *found)
{
    PyObject *list = PySequence_List(found), *bar = PyUnicode_FromString("|"), *text = NULL;
    if (list != NULL && bar != NULL && PyList_Sort(list) == 0)
        text = PyUnicode_Join(bar, list);
    Py_XDECREF(list);
    Py_XDECREF(bar);
    return text;
}

static int add_way(PyObject *found, PyObject *way)
{
    int failed = way == NULL || PySet_Add(found, way) < 0;
    Py_XDECREF(way);
    return failed ? -1 : 0;
}

static PyObject *all_passed(Ways *ways, PyObject *ends)
{
    PyObject *found = PySet_New(NULL), *text = NULL;
    Py_ssize_t count = PyList_Size(ends);
    int failed = found == NULL;
    for (Py_ssize_t i = 0; !failed && i < count && i < MOST_CALLS; i++) {
        Py_ssize_t end = offset_of(PyList_GetItem(ends, i));
        failed = end < 0 || add_way(found, passed_by(ways, end)) < 0;
    }
    if (!failed && count > MOST_CALLS)
        failed = add_way(found, sign_of("?")) < 0;
    if (!failed)
        text = ways->is_odd ? Py_NewRef(Py_None) : joined(found);
    Py_XDECREF(found);
    return text;
}

/* ways(masked, length, ends, odd): what the calls pass whose callees, of that length, end there, as `facts.Reference`
 * has it; None where one of `odd` is met. */
PyObject *core_ways(PyObject *module, PyObject *const *given, Py_ssize_t count)
{
    char *masked;
    Ways ways = {0};
    (void)module;
    if (!are_given(count, 4) || PyBytes_AsStringAndSize(given[0], &masked, &ways.size) < 0 ||
        (ways.length = offset_of(given[1])) < 0)
        return NULL;
    if (!PyList_Check(given[2]) || !PyList_Check(given[3]) || PyList_Size(given[2]) == 0) {
        PyErr_SetString(PyExc_TypeError, "ends and odd signs are lists, of which the first holds something");
        return NULL;
    }
    ways.masked = (const byte *)masked;
    ways.odd = given[3];
    PyObject *told;
    Py_ssize_t end;
    if (PyList_Size(given[2]) > 1)
        told = all_passed(&ways, given[2]);
    else
        told = (end = offset_of(PyList_GetItem(given[2], 0))) < 0 ? NULL : passed_by(&ways, end);
    PyMem_Free(ways.arguments.parts);
    return told;
}
