/* What bytes are, and tables of words. */

#include "core.h"

const char WORDS[] = "plumbrule.words";

#define W16 WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD
#define LETTERS WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD
const byte KIND[256] = {
    NOTHING, HOLE, WHITE, 0, 0, 0, 0, 0, 0, WHITE, WHITE, WHITE, WHITE, WHITE, 0, 0,      /* 00: HOLE, HELD */
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,                                       /* 10 */
    WHITE, 0, 0, 0, WORD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,                                /* 20: space, $ */
    WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, WORD, 0, 0, 0, 0, 0, 0,         /* 30: digits */
    0, LETTERS, WORD, WORD, WORD, WORD,                                                   /* 40 */
    LETTERS, 0, 0, 0, 0, WORD,                                                            /* 50: P to Z, _ */
    0, LETTERS, WORD, WORD, WORD, WORD,                                                   /* 60 */
    LETTERS, 0, 0, 0, 0, 0,                                                               /* 70 */
    W16, W16, W16, W16, W16, W16, W16, W16,
};

int is_plain(byte sign)
{
    return KIND[sign] == WORD && sign < 128 && sign != '$';
}

int is_space(byte sign)
{
    return sign == ' ' || (sign >= '\t' && sign <= '\r');
}

int begins_name(byte sign)
{
    return KIND[sign] == WORD && !(sign >= '0' && sign <= '9');
}

const byte *after_word(const byte *at, const byte *stop)
{
    while (at < stop && KIND[*at] == WORD)
        at++;
    return at;
}

const byte *after_dotted(const byte *at, const byte *stop)
{
    if (at == stop || !begins_name(*at))
        return at;
    at = after_word(at, stop);
    while (stop - at > 1 && *at == '.' && begins_name(at[1]))
        at = after_word(at + 1, stop);
    return at;
}

Span *read_pairs(PyObject *list, Py_ssize_t *count)
{
    if (!PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "spans are given as a list");
        return NULL;
    }
    Py_ssize_t size = PyList_Size(list);
    Span *spans = PyMem_Calloc((size_t)size + 1, sizeof *spans);
    if (spans == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    for (Py_ssize_t i = 0; i < size; i++) {
        PyObject *row = PyList_GetItem(list, i);
        int is_pair = PyTuple_Check(row) && PyTuple_Size(row) == 2;
        if (!is_pair)
            PyErr_SetString(PyExc_TypeError, "a span is a tuple of start and end");
        if (!is_pair || (spans[i].start = offset_of(PyTuple_GetItem(row, 0))) < 0 ||
            (spans[i].end = offset_of(PyTuple_GetItem(row, 1))) < 0) {
            PyMem_Free(spans);
            return NULL;
        }
    }
    *count = size;
    return spans;
}

static byte lowered(byte sign)
{
    return sign >= 'A' && sign <= 'Z' ? sign | 32 : sign;
}

/* FNV-1a. */
static size_t place_of(const byte *text, Py_ssize_t size)
{
    uint32_t hash = 2166136261u;
    for (Py_ssize_t i = 0; i < size; i++)
        hash = (hash ^ text[i]) * 16777619u;
    return hash ^ hash >> 15;
}

static Word *find_word(const Words *words, const byte *text, Py_ssize_t size)
{
    size_t place = place_of(text, size) & words->mask;
    for (;; place = (place + 1) & words->mask) {
        Word *word = &words->places[place];
        if (word->word == NULL || (word->size == size && memcmp(word->word, text, (size_t)size) == 0))
            return word;
    }
}

const Word *word_of(const Words *words, const byte *text, Py_ssize_t size)
{
    if (size > words->longest || size == 0 || !words->begins[*text])
        return NULL;
    const Word *word = find_word(words, text, size);
    return word->word == NULL ? NULL : word;
}

static void words_free(PyObject *capsule)
{
    Words *words = PyCapsule_GetPointer(capsule, WORDS);
    if (words == NULL)
        return;
    PyMem_Free(words->places);
    PyMem_Free(words->text);
    PyMem_Free(words);
}

/* Adds the words of a list, each kept as it is written and in small letters. */
static byte *add_words(Words *words, PyObject *list, byte *room, int is_second)
{
    for (Py_ssize_t i = 0; i < PyList_Size(list); i++) {
        char *data;
        Py_ssize_t size;
        if (PyBytes_AsStringAndSize(PyList_GetItem(list, i), &data, &size) < 0)
            return NULL;
        Word *word = find_word(words, (const byte *)data, size);
        if (word->word == NULL) {
            memcpy(room, data, (size_t)size);
            for (Py_ssize_t at = 0; at < size; at++)
                room[size + at] = lowered(room[at]);
            word->word = room;
            word->lower = room + size;
            word->size = size;
            room += 2 * size;
        }
        word->rank = i;
        word->in_first |= !is_second;
        word->in_second |= is_second != 0;
        if (size)
            words->begins[(byte)*data] = 1;
        if (size > words->longest)
            words->longest = size;
    }
    return room;
}

static Py_ssize_t size_of_words(PyObject *list)
{
    Py_ssize_t sum = 0;
    if (!PyList_Check(list)) {
        PyErr_SetString(PyExc_TypeError, "words are given as a list");
        return -1;
    }
    for (Py_ssize_t i = 0; i < PyList_Size(list); i++) {
        Py_ssize_t size = PyBytes_Size(PyList_GetItem(list, i));
        if (size < 0)
            return -1;
        sum += size;
    }
    return sum;
}

/* words(first, second): a table of the words of two lists of bytes. */
PyObject *core_words(PyObject *module, PyObject *const *given, Py_ssize_t count)
{
    (void)module;
    if (!are_given(count, 2))
        return NULL;
    Py_ssize_t first = size_of_words(given[0]), second = first < 0 ? -1 : size_of_words(given[1]);
    if (second < 0)
        return NULL;
    size_t places = 64, number = (size_t)PyList_Size(given[0]) + (size_t)PyList_Size(given[1]);
    while (places < 4 * number)
        places *= 2;
    Words *words = PyMem_Calloc(1, sizeof *words);
    if (words == NULL)
        return PyErr_NoMemory();
    PyObject *capsule = PyCapsule_New(words, WORDS, words_free);
    if (capsule == NULL) {
        PyMem_Free(words);
        return NULL;
    }
    words->mask = places - 1;
    words->places = PyMem_Calloc(places, sizeof *words->places);
    words->text = PyMem_Calloc(2 * (size_t)(first + second) + 1, 1);
    byte *room = words->text;
    if (words->places == NULL || room == NULL)
        PyErr_NoMemory();
    else if ((room = add_words(words, given[0], room, 0)) != NULL)
        room = add_words(words, given[1], room, 1);
    if (PyErr_Occurred()) {
        Py_DECREF(capsule);
        return NULL;
    }
    return capsule;
}
