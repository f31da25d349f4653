/* Where imported names stand in a masked text, and whether one of them is only looked at.
 *
 * Gives what `uses.plain_uses` and `looks.is_looked_at` give, whose patterns say what is meant. */

#include "core.h"

#include <stdlib.h>

enum { LONGEST_NAME = 200, FEW_NAMES = 60 };
enum { FAR = 300, NEAR = 20, LONGEST_CALLED = 60 };
enum { MAY_BE_LOCAL = 1, MAY_BE_READ = 2 };

typedef struct {
    Py_ssize_t rank, at; /* of the name that was looked for, and where it stands */
} Place;

typedef struct {
    const byte *masked;
    Py_ssize_t size;
    const Words *heads;
    Span *imports;
    Py_ssize_t import_count;
    Py_ssize_t *known; /* in order */
    Py_ssize_t known_count;
    int asks_local;
    Place *places;
    Py_ssize_t count, room;
} Looking;

static int by_number(const void *left, const void *right)
{
    Py_ssize_t a = *(const Py_ssize_t *)left, b = *(const Py_ssize_t *)right;
    return (a > b) - (a < b);
}

static int by_rank(const void *left, const void *right)
{
    const Place *a = left, *b = right;
    return a->rank != b->rank ? (a->rank > b->rank) - (a->rank < b->rank) : (a->at > b->at) - (a->at < b->at);
}

static int read_known(Looking *looking, PyObject *met)
{
    Py_ssize_t size = PyList_Size(met);
    looking->known = PyMem_Calloc((size_t)size + 1, sizeof *looking->known);
    if (looking->known == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    int is_sorted = 1;
    for (Py_ssize_t i = 0; i < size; i++) {
        PyObject *row = PyList_GetItem(met, i);
        if (!PyTuple_Check(row) || PyTuple_Size(row) != 4) {
            PyErr_SetString(PyExc_TypeError, "what is met is a tuple of symbol, kind, start and end");
            return -1;
        }
        Py_ssize_t start = offset_of(PyTuple_GetItem(row, 2));
        if (start < 0)
            return -1;
        is_sorted = is_sorted && (i == 0 || looking->known[i - 1] <= start);
        looking->known[i] = start;
    }
    looking->known_count = size;
    if (!is_sorted)
        qsort(looking->known, (size_t)size, sizeof *looking->known, by_number);
    return 0;
}

static int is_known(const Looking *looking, Py_ssize_t at)
{
    return bsearch(&at, looking->known, (size_t)looking->known_count, sizeof at, by_number) != NULL;
}

static int is_in_import(const Looking *looking, Py_ssize_t at)
{
    if (looking->import_count == 0 || at >= looking->imports[looking->import_count - 1].end)
        return 0;
    Py_ssize_t low = 0, high = looking->import_count;
    while (low < high) {
        Py_ssize_t middle = (low + high) / 2;
        if (at < looking->imports[middle].start)
            high = middle;
        else
            low = middle + 1;
    }
    return low > 0 && at < looking->imports[low - 1].end;
}

/* Not inside a word, behind a dot, in an import or where something is referred to already. */
static int is_outside(const Looking *looking, Py_ssize_t at)
{
    const byte *here = looking->masked + at;
    if (at > 0 && (KIND[here[-1]] == WORD || here[-1] == '.') && !(at >= 3 && memcmp(here - 3, "...", 3) == 0))
        return 0;
    return !is_in_import(looking, at) && !is_known(looking, at);
}

static int add_place(Looking *looking, Py_ssize_t rank, Py_ssize_t at)
{
    if (looking->count == looking->room) {
        Py_ssize_t room = looking->room ? 2 * looking->room : 64;
        Place *places = PyMem_Realloc(looking->places, (size_t)room * sizeof *places);
        if (places == NULL) {
            PyErr_NoMemory();
            return -1;
        }
        looking->places = places;
        looking->room = room;
    }
    looking->places[looking->count++] = (Place){rank, at};
    return 0;
}

/* Where the first thing after the imports may begin with which a file begins. */
static Py_ssize_t block_end(const Looking *looking)
{
    Py_ssize_t at = 0;
    for (Py_ssize_t i = 0; i < looking->import_count; i++) {
        Py_ssize_t start = looking->imports[i].start < looking->size ? looking->imports[i].start : looking->size;
        for (; at < start; at++) {
            byte sign = looking->masked[at];
            if (sign != ';' && (!is_space(sign) || sign == '\v'))
                return i ? looking->imports[i - 1].end : 0;
        }
        at = looking->imports[i].end;
    }
    return at;
}

/* All words that are one of these, or all there are. */
static int find_words(Looking *looking, Py_ssize_t begin, int only_heads)
{
    const byte *masked = looking->masked, *stop = masked + looking->size;
    const byte *at = begin < looking->size ? masked + begin : stop;
    while (at > masked && at < stop && KIND[at[-1]] == WORD && KIND[*at] == WORD)
        at++; /* in the middle of a word */
    while (at < stop) {
        if (KIND[*at] != WORD) {
            at++;
            continue;
        }
        const byte *word = at;
        at = after_word(at, stop);
        if (!begins_name(*word))
            continue;
        Py_ssize_t rank = 0;
        if (only_heads) {
            const Word *head = word_of(looking->heads, word, at - word);
            if (head == NULL)
                continue;
            rank = head->rank;
        }
        if (is_outside(looking, word - masked) && add_place(looking, rank, word - masked) < 0)
            return -1;
    }
    return 0;
}

static int is_word(const byte *text, Py_ssize_t size)
{
    return size > 0 && after_word(text, text + size) == text + size;
}

static const byte *find(const byte *at, const byte *stop, const byte *name, Py_ssize_t size)
{
    while (stop - at >= size) {
        at = memchr(at, *name, (size_t)(stop - at - size + 1));
        if (at == NULL || memcmp(at, name, (size_t)size) == 0)
            return at;
        at++;
    }
    return NULL;
}

/* Where a name stands that is no single word. */
static int find_name(Looking *looking, Py_ssize_t begin, const byte *name, Py_ssize_t size, Py_ssize_t rank)
{
    const byte *stop = looking->masked + looking->size;
    const byte *at = looking->masked + (begin < looking->size ? begin : looking->size);
    while ((at = find(at, stop, name, size)) != NULL) {
        Py_ssize_t here = at - looking->masked;
        at += size;
        if ((at == stop || KIND[*at] != WORD) && is_outside(looking, here) && add_place(looking, rank, here) < 0)
            return -1;
    }
    return 0;
}

static int find_places(Looking *looking, PyObject *names)
{
    if (PyList_Size(names) > FEW_NAMES)
        return find_words(looking, 0, 0);
    Py_ssize_t begin = block_end(looking);
    if (find_words(looking, begin, 1) < 0)
        return -1;
    for (Py_ssize_t i = 0; i < PyList_Size(names); i++) {
        char *name;
        Py_ssize_t size;
        if (PyBytes_AsStringAndSize(PyList_GetItem(names, i), &name, &size) < 0)
            return -1;
        if (size > 0 && !is_word((const byte *)name, size) &&
            find_name(looking, begin, (const byte *)name, size, i) < 0)
            return -1;
    }
    if (looking->count > 1)
        qsort(looking->places, (size_t)looking->count, sizeof *looking->places, by_rank);
    return 0;
}

/* Whether `=` or `(` follows on the line. */
static int is_taken(const byte *at, const byte *stop)
{
    while (at < stop && is_space(*at) && *at != '\n')
        at++;
    if (at == stop)
        return 0;
    return *at == '(' || (*at == '=' && !(at + 1 < stop && at[1] == '='));
}

/* What a name may be at this place, from there to `end`. */
static int what_may_be(const Looking *looking, Py_ssize_t at, Py_ssize_t *end)
{
    const byte *begin = looking->masked + at, *stop = looking->masked + looking->size;
    const byte *after = after_dotted(begin, stop);
    Py_ssize_t size = after - begin;
    *end = after - looking->masked;
    if (size == 0)
        return 0;
    int found = 0;
    if (looking->asks_local && word_of(looking->heads, begin, size) != NULL)
        found = MAY_BE_LOCAL;
    if (size <= LONGEST_NAME && !is_taken(after, stop) &&
        word_of(looking->heads, begin, after_word(begin, after) - begin) != NULL)
        found |= MAY_BE_READ;
    return found;
}

static PyObject *told_places(const Looking *looking)
{
    PyObject *told = PyList_New(0);
    for (Py_ssize_t i = 0; told != NULL && i < looking->count; i++) {
        Py_ssize_t at = looking->places[i].at, end;
        int found = what_may_be(looking, at, &end);
        if (!found)
            continue;
        PyObject *row = Py_BuildValue("nniy#", at, end, found, (const char *)looking->masked + at, end - at);
        if (row == NULL || PyList_Append(told, row) < 0)
            Py_CLEAR(told);
        Py_XDECREF(row);
    }
    return told;
}

/* uses(masked, names, words, imports, met, asks local): (start, end, 1 if it may be local + 2 if it may be read, name)
 * wherever one of these names is used outside of import statements; `words` is the table of `names`, which are in
 * order. */
PyObject *core_uses(PyObject *module, PyObject *const *given, Py_ssize_t count)
{
    char *masked;
    Looking looking = {0};
    (void)module;
    if (!are_given(count, 6) || PyBytes_AsStringAndSize(given[0], &masked, &looking.size) < 0)
        return NULL;
    looking.masked = (const byte *)masked;
    looking.heads = PyCapsule_GetPointer(given[2], WORDS);
    looking.asks_local = looking.heads == NULL ? -1 : PyObject_IsTrue(given[5]);
    if (looking.asks_local < 0)
        return NULL;
    if (!PyList_Check(given[1]) || !PyList_Check(given[4])) {
        PyErr_SetString(PyExc_TypeError, "names and what is met are given as lists");
        return NULL;
    }
    PyObject *told = NULL;
    looking.imports = read_pairs(given[3], &looking.import_count);
    if (looking.imports != NULL && read_known(&looking, given[4]) == 0 && find_places(&looking, given[1]) == 0)
        told = told_places(&looking);
    PyMem_Free(looking.imports);
    PyMem_Free(looking.known);
    PyMem_Free(looking.places);
    return told;
}

/* -- looks ----------------------------------------------------------------------------------------------------- */

static const byte *without_space(const byte *begin, const byte *end)
{
    while (end > begin && is_space(end[-1]))
        end--;
    return end;
}

static int starts_with(const byte *at, const byte *stop, const char *word)
{
    size_t size = strlen(word);
    return (size_t)(stop - at) >= size && memcmp(at, word, size) == 0;
}

/* The same with the word's end behind it. */
static int is_whole_word(const byte *at, const byte *stop, const char *word)
{
    size_t size = strlen(word);
    return starts_with(at, stop, word) && (at + size == stop || !is_plain(at[size]));
}

/* Whether what follows a name compares it. */
static int is_compared(const byte *at, const byte *stop)
{
    while (at < stop && is_space(*at) && *at != '\n')
        at++;
    if (at == stop)
        return 0;
    byte next = at + 1 < stop ? at[1] : 0;
    if (*at == '=' || *at == '!')
        return next == '=';
    if (*at == '|')
        return next != '|' && next != '=';
    if (is_whole_word(at, stop, "is") || is_whole_word(at, stop, "in") || is_whole_word(at, stop, "instanceof"))
        return 1;
    if (!starts_with(at, stop, "not"))
        return 0;
    const byte *word = at + 3;
    while (word < stop && is_space(*word))
        word++;
    return word > at + 3 && is_whole_word(word, stop, "in");
}

/* Whether this word ends here, in the near part, with nothing before it of which it would be the end. */
static int ends_with(const byte *begin, const byte *near, const byte *end, const char *word)
{
    Py_ssize_t size = (Py_ssize_t)strlen(word);
    if (end - near < size || memcmp(end - size, word, (size_t)size) != 0)
        return 0;
    const byte *start = end - size;
    return start == begin || !(is_plain(start[-1]) || start[-1] == '$');
}

/* Whether a text ends with what compares or asks. */
static int asks(const byte *begin, const byte *stop)
{
    static const char *const WORDS_THAT_ASK[] = {"is", "in", "case", "except", "instanceof", "typeof"};
    const byte *near = stop - begin > NEAR ? stop - NEAR : begin;
    const byte *end = without_space(begin, stop);
    if (end <= near)
        return 0;
    byte last = end[-1];
    if (last == '=')
        return end - 2 >= near && (end[-2] == '=' || end[-2] == '!');
    if (last == '|')
        return end - 1 == begin || end[-2] != '|';
    if (last == '*')
        return ends_with(begin, near, without_space(begin, end - 1), "except");
    for (size_t i = 0; i < sizeof WORDS_THAT_ASK / sizeof *WORDS_THAT_ASK; i++)
        if (ends_with(begin, near, end, WORDS_THAT_ASK[i]))
            return 1;
    if (end - near < 3 || memcmp(end - 3, "not", 3) != 0)
        return 0;
    const byte *is = without_space(begin, end - 3);
    return is < end - 3 && is > near && ends_with(begin, near, is, "is");
}

typedef struct {
    const Words *keywords, *asking; /* asking: first anywhere, second those whose first argument is asked about */
} Askers;

/* Whether what stands before an open bracket takes what is in it without calling it; -1 if that is no call. */
static int asks_of(const Askers *askers, const byte *begin, const byte *around, byte sign, int is_first)
{
    const byte *called = around, *limit = around - begin > LONGEST_CALLED ? around - LONGEST_CALLED : begin;
    while (called > limit && (is_plain(called[-1]) || called[-1] == '$'))
        called--;
    const Word *word = word_of(askers->keywords, called, around - called);
    Py_ssize_t size = word != NULL && word->in_first ? 0 : around - called;
    if (size == 0 && !(around > begin && (around[-1] == ']' || around[-1] == ')')))
        return -1;
    const Word *asking = word_of(askers->asking, called, size);
    return sign == '[' || (asking != NULL && (asking->in_first || (is_first && asking->in_second)));
}

static int is_in_brackets_that_ask(const Askers *askers, const byte *begin, const byte *end)
{
    Py_ssize_t depth = 0;
    const byte *item = end;
    for (const byte *at = end; at-- > begin;) {
        byte sign = *at;
        if (sign == ')' || sign == ']' || sign == '}') {
            depth++;
        } else if (sign == '(' || sign == '[' || sign == '{') {
            if (depth) {
                depth--;
                continue;
            }
            const byte *around = without_space(begin, at);
            if (asks(begin, around))
                return 1; /* one of several */
            int is_first = memchr(at + 1, ',', (size_t)(item > at ? item - at - 1 : 0)) == NULL;
            int found = asks_of(askers, begin, around, sign, is_first);
            if (found >= 0)
                return found;
            item = at;
        }
    }
    return 0;
}

/* looked_at(masked, start, end, keywords, asking): whether the name at this place is only looked at. */
PyObject *core_looked_at(PyObject *module, PyObject *const *given, Py_ssize_t count)
{
    char *masked;
    Py_ssize_t size, start, end;
    Askers askers;
    (void)module;
    if (!are_given(count, 5) || PyBytes_AsStringAndSize(given[0], &masked, &size) < 0 ||
        (start = offset_of(given[1])) < 0 || (end = offset_of(given[2])) < 0 ||
        (askers.keywords = PyCapsule_GetPointer(given[3], WORDS)) == NULL ||
        (askers.asking = PyCapsule_GetPointer(given[4], WORDS)) == NULL)
        return NULL;
    const byte *text = (const byte *)masked, *stop = text + size;
    Py_ssize_t far = start > FAR ? start - FAR : 0;
    const byte *begin = text + (far < size ? far : size), *here = text + (start < size ? start : size);
    int found;
    if (is_compared(text + (end < size ? end : size), stop) || asks(begin, here))
        found = 1;
    else if (here > begin && (here[-1] == '=' || (here[-1] == ' ' && here - 1 > begin && here[-2] == '=')))
        found = 0; /* an argument by name, a default, another name for it */
    else
        found = is_in_brackets_that_ask(&askers, begin, here);
    return PyBool_FromLong(found);
}
