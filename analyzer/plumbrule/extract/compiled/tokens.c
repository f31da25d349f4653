/* The tokens of functions in a masked text: how many they are, and digests by which copies are known.
 *
 * Gives what `shapes.Tokens` gives, byte by byte instead of table by table. */

#include "core.h"

enum { SMALLEST_HASHED = 30 };
enum { PLACE = 3, ANY_WORD = 4, ANY_NUMBER = 5, CONSTANT = 7 };

/* -- numbers --------------------------------------------------------------------------------------------------- */

static int is_digit(byte sign)
{
    return sign >= '0' && sign <= '9';
}

/* Makes the points of fractions zeros, so that a number is one word. */
static int give_shaped(Text *text)
{
    if (text->shaped != NULL)
        return 0;
    const byte *masked = text->masked, *stop = masked + text->size, *at = masked;
    while (at < stop && (at = memchr(at, '.', (size_t)(stop - at))) != NULL) {
        const byte *begin = at;
        while (begin > masked && is_plain(begin[-1]))
            begin--;
        if (begin == at || !is_digit(*begin) || (begin > masked && KIND[begin[-1]] == WORD)) {
            at++;
            continue;
        }
        if (text->own_shaped == NULL) {
            text->own_shaped = PyMem_Malloc((size_t)text->size + 1);
            if (text->own_shaped == NULL) {
                PyErr_NoMemory();
                return -1;
            }
            memcpy(text->own_shaped, masked, (size_t)text->size);
        }
        for (; at < stop && (*at == '.' || is_plain(*at)); at++)
            if (*at == '.')
                text->own_shaped[at - masked] = '0';
    }
    text->shaped = text->own_shaped != NULL ? text->own_shaped : masked;
    return 0;
}

/* -- counting -------------------------------------------------------------------------------------------------- */

static Span within(const Text *text, Py_ssize_t start, Py_ssize_t end)
{
    Span span = {start < text->size ? start : text->size, end < text->size ? end : text->size};
    if (span.end < span.start)
        span.end = span.start;
    return span;
}

/* Named leaves between two offsets, where no shape is wanted. */
static Py_ssize_t leaves_between(const Text *text, const Words *words, Py_ssize_t start, Py_ssize_t end)
{
    Span span = within(text, start, end);
    const byte *at = text->masked + span.start, *stop = text->masked + span.end;
    Py_ssize_t leaves = 0;
    while (at < stop) {
        byte kind = KIND[*at];
        if (kind != WORD) {
            leaves += kind == HOLE;
            at++;
            continue;
        }
        const byte *begin = at;
        at = after_word(at, stop);
        const Word *word = word_of(words, begin, at - begin);
        leaves += word == NULL || !word->in_first;
    }
    return leaves;
}

typedef struct {
    Py_ssize_t leaves, tokens;
    Py_ssize_t gaps, kinds; /* bytes of each that were written */
} Taken;

static byte *write_kind(byte *kinds, const Words *words, const byte *from, Py_ssize_t size, Taken *taken)
{
    const Word *word = word_of(words, from, size);
    if (word == NULL) {
        *kinds++ = is_digit(*from) ? ANY_NUMBER : ANY_WORD;
        taken->leaves++;
        return kinds;
    }
    *kinds++ = word->in_second ? CONSTANT : ' ';
    taken->leaves += word->in_second;
    memcpy(kinds, word->lower, (size_t)size);
    return kinds + size;
}

/* Takes apart what lies between: its gaps are written to `gaps`, which has room for all of it, the kinds of its words
 * to `kinds`, which has room for twice as much. */
static Taken take_apart(const Words *words, const byte *at, const byte *stop, byte *gaps, byte *kinds)
{
    Taken taken = {0, 0, 0, 0};
    byte *gap = gaps, *kind = kinds;
    Py_ssize_t found = 0, strings = 0, runs = 0;
    int in_run = 0;
    while (at < stop) {
        switch (KIND[*at]) {
        case WORD: {
            const byte *begin = at;
            at = after_word(at, stop);
            kind = write_kind(kind, words, begin, at - begin, &taken);
            *gap++ = PLACE;
            found++;
            in_run = 0;
            continue;
        }
        case HOLE:
            *gap++ = HOLE_SIGN;
            strings++;
            in_run = 0;
            break;
        case WHITE:
            in_run = 0;
            break;
        case NOTHING:
            runs += !in_run;
            in_run = 1;
            break;
        default:
            *gap++ = *at;
            runs += !in_run;
            in_run = 1;
        }
        at++;
    }
    taken.leaves += strings;
    taken.tokens = found + strings;
    if (taken.tokens < SMALLEST_HASHED)
        taken.tokens += runs;
    taken.gaps = gap - gaps;
    taken.kinds = kind - kinds;
    return taken;
}

/* -- digests --------------------------------------------------------------------------------------------------- */

static void take_part(Digest *digest, const byte *data, Py_ssize_t size)
{
    static const byte between = 0x1e;
    digest_take(digest, &between, 1);
    digest_take(digest, data, (size_t)size);
}

/* Members keep their names: what is asked of others tells two functions apart. */
static void take_members(Digest *digest, const byte *text, Span span)
{
    const byte *at = text + span.start, *stop = text + span.end;
    while (at < stop && (at = memchr(at, '.', (size_t)(stop - at))) != NULL) {
        int is_second = at > text && at[-1] == '.';
        at++;
        if (is_second || at == stop || KIND[*at] != WORD || is_digit(*at))
            continue;
        const byte *begin = at;
        at = after_word(at, stop);
        take_part(digest, begin, at - begin);
    }
}

static Py_ssize_t first_string(const Text *text, Py_ssize_t offset)
{
    Py_ssize_t low = 0, high = text->string_count;
    while (low < high) {
        Py_ssize_t middle = low + (high - low) / 2;
        if (text->strings[middle].start < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The text between without white space and comments, and its strings. */
static void take_exact(Digest *digest, const Text *text, Py_ssize_t start, Py_ssize_t end)
{
    Span span = within(text, start, end);
    byte *out = text->scratch;
    for (const byte *at = text->masked + span.start; at < text->masked + span.end; at++) {
        *out = *at;
        out += KIND[*at] != WHITE;
    }
    take_part(digest, text->scratch, out - text->scratch);
    Py_ssize_t size = text->source_size;
    for (Py_ssize_t i = first_string(text, start); i < text->string_count && text->strings[i].start < end; i++) {
        Py_ssize_t from = text->strings[i].start, to = text->strings[i].end;
        from = from < size ? from : size;
        to = to < size ? to : size;
        take_part(digest, text->source + from, to - from);
    }
}

/* 63 bits, never 0. */
static uint64_t number_of(const byte digest[8])
{
    uint64_t number = 0;
    for (int i = 0; i < 8; i++)
        number = number << 8 | digest[i];
    return number >> 1 ? number >> 1 : 1;
}

/* -- functions ------------------------------------------------------------------------------------------------- */

typedef struct {
    Span span;
    Known known; /* a copy: who is asked for names may measure anew */
} Child;

typedef struct {
    Text *text;
    const Words *words;
    Py_ssize_t symbol, start, body, end, line, end_line;
    long long cyclomatic, cognitive, layout;
    int is_inner;
    Child *children;
    Py_ssize_t child_count;
    Span *pieces; /* what lies between children */
    Py_ssize_t leaves, tokens, interface;
} Function;

static int read_child(const Text *text, PyObject *row, Child *child)
{
    if (!PyTuple_Check(row) || PyTuple_Size(row) != 3) {
        PyErr_SetString(PyExc_TypeError, "a function inside is a tuple of start, end and symbol");
        return -1;
    }
    Py_ssize_t symbol;
    if ((child->span.start = offset_of(PyTuple_GetItem(row, 0))) < 0 ||
        (child->span.end = offset_of(PyTuple_GetItem(row, 1))) < 0 ||
        (symbol = offset_of(PyTuple_GetItem(row, 2))) < 0)
        return -1;
    if (symbol >= text->symbols || !text->known[symbol].is_known) {
        PyErr_SetString(PyExc_KeyError, "functions inside come first");
        return -1;
    }
    child->known = text->known[symbol];
    return 0;
}

static int read_children(Function *function, PyObject *rows)
{
    if (!PyList_Check(rows)) {
        PyErr_SetString(PyExc_TypeError, "functions inside are given as a list");
        return -1;
    }
    Py_ssize_t count = PyList_Size(rows);
    function->children = PyMem_Calloc((size_t)count + 1, sizeof *function->children);
    function->pieces = PyMem_Calloc((size_t)count + 1, sizeof *function->pieces);
    if (function->children == NULL || function->pieces == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    for (Py_ssize_t i = 0; i < count; i++)
        if (read_child(function->text, PyList_GetItem(rows, i), &function->children[i]) < 0)
            return -1;
    function->child_count = count;
    return 0;
}

static int give_scratch(Text *text)
{
    if (text->scratch != NULL)
        return 0;
    text->scratch = PyMem_Malloc(3 * (size_t)text->size + 3);
    if (text->scratch == NULL) {
        PyErr_NoMemory();
        return -1;
    }
    return 0;
}

/* Counts the function, and takes what lies between children into the digest of its shape. */
static void take_shapes(Function *function, Digest *shape)
{
    Text *text = function->text;
    byte *gaps = text->scratch, *kinds = gaps + text->size;
    /* Nothing asks for the digest of a small function that no other one holds or lies in. */
    int is_whole = function->child_count == 0 && !function->is_inner;
    Py_ssize_t at = function->start;
    for (Py_ssize_t i = 0; i <= function->child_count; i++) {
        const Child *child = i < function->child_count ? &function->children[i] : NULL;
        Py_ssize_t stop = child == NULL ? function->end : child->span.start;
        if (at < function->body) { /* the signature may end inside this piece */
            Py_ssize_t head = stop < function->body ? stop : function->body;
            function->interface += leaves_between(text, function->words, at, head);
            at = head;
        }
        function->pieces[i] = (Span){at, stop};
        if (at < stop) {
            Span span = within(text, at, stop);
            Taken taken =
                take_apart(function->words, text->shaped + span.start, text->shaped + span.end, gaps, kinds);
            function->leaves += taken.leaves;
            function->tokens += taken.tokens;
            if (!is_whole || taken.tokens >= SMALLEST_HASHED) {
                take_part(shape, gaps, taken.gaps);
                take_part(shape, kinds, taken.kinds);
                take_members(shape, text->shaped, span);
            }
        }
        if (child != NULL) {
            function->leaves += child->known.leaves;
            function->tokens += child->known.tokens;
            take_part(shape, child->known.shape, child->known.has_digests ? 8 : 0);
            at = child->span.end;
        }
    }
}

static void take_exacts(const Function *function, Digest *exact)
{
    for (Py_ssize_t i = 0; i <= function->child_count; i++) {
        Span piece = function->pieces[i];
        if (piece.start < piece.end)
            take_exact(exact, function->text, piece.start, piece.end);
        if (i < function->child_count) {
            const Known *known = &function->children[i].known;
            take_part(exact, known->exact, known->has_digests ? 8 : 0);
        }
    }
}

/* Takes the names that a function asks for into the digest of its shape. */
static int take_asked(Digest *shape, PyObject *ask, PyObject *frame)
{
    PyObject *asked = PyObject_CallFunctionObjArgs(ask, frame, NULL);
    if (asked == NULL)
        return -1;
    int failed = !PyList_Check(asked);
    if (failed)
        PyErr_SetString(PyExc_TypeError, "names are given as a list");
    for (Py_ssize_t i = 0; !failed && i < PyList_Size(asked); i++) {
        char *data;
        Py_ssize_t size;
        failed = PyBytes_AsStringAndSize(PyList_GetItem(asked, i), &data, &size) < 0;
        if (!failed)
            take_part(shape, (const byte *)data, size);
    }
    Py_DECREF(asked);
    return failed ? -1 : 0;
}

static int count_function(Function *function, PyObject *ask, PyObject *frame, Known *known)
{
    Digest shape, exact;
    byte figures[80];
    int size = PyOS_snprintf((char *)figures, sizeof figures, "%lld %lld %lld", function->cyclomatic,
                             function->cognitive, function->layout);
    digest_begin(&shape);
    digest_take(&shape, figures, (size_t)size);
    take_shapes(function, &shape);
    if (function->tokens >= SMALLEST_HASHED || function->is_inner) {
        if (take_asked(&shape, ask, frame) < 0)
            return -1;
        digest_end(&shape, known->shape);
        /* The joined text does not say where words end; the shape does, so it is part of both. */
        digest_begin(&exact);
        digest_take(&exact, known->shape, 8);
        take_exacts(function, &exact);
        digest_end(&exact, known->exact);
        known->has_digests = 1;
    }
    known->leaves = function->leaves + function->interface;
    known->tokens = function->tokens;
    known->is_known = 1;
    return 0;
}

static int read_function(Function *function, PyObject *const *given)
{
    long long *figures[] = {&function->cyclomatic, &function->cognitive, &function->layout};
    Py_ssize_t *offsets[] = {&function->symbol, &function->start, &function->body, &function->end, &function->line,
                             &function->end_line};
    for (int i = 0; i < 6; i++)
        if ((*offsets[i] = offset_of(given[2 + i])) < 0)
            return -1;
    for (int i = 0; i < 3; i++) {
        *figures[i] = PyLong_AsLongLong(given[8 + i]);
        if (*figures[i] == -1 && PyErr_Occurred())
            return -1;
    }
    function->is_inner = PyObject_IsTrue(given[11]);
    if (function->is_inner < 0)
        return -1;
    if (function->text->code == NULL || function->symbol >= function->text->symbols || function->line < 1 ||
        function->end_line > function->text->lines || function->line - 1 > function->text->lines) {
        PyErr_SetString(PyExc_IndexError, "no such symbol or line was measured");
        return -1;
    }
    return read_children(function, given[12]);
}

/* function(text, words, symbol, start, body, end, first line, last line, cyclomatic, cognitive, layout, is inner,
 * functions inside, ask, frame): (lines of code, leaves, interface, exact, shape), as `shapes.Tokens.of` counts. */
PyObject *core_function(PyObject *module, PyObject *const *given, Py_ssize_t count)
{
    (void)module;
    if (!are_given(count, 15))
        return NULL;
    Function function = {.text = text_of(given[0])};
    if (function.text == NULL || (function.words = PyCapsule_GetPointer(given[1], WORDS)) == NULL)
        return NULL;
    Known known = {0};
    PyObject *result = NULL;
    if (read_function(&function, given) == 0 && give_shaped(function.text) == 0 && give_scratch(function.text) == 0 &&
        count_function(&function, given[13], given[14], &known) == 0) {
        Text *text = function.text;
        int is_told = function.tokens >= SMALLEST_HASHED;
        Py_ssize_t code = text->code[function.end_line] - text->code[function.line - 1];
        result = Py_BuildValue("nnnLL", code, function.leaves, function.interface,
                               is_told ? (long long)number_of(known.exact) : 0,
                               is_told ? (long long)number_of(known.shape) : 0);
        if (function.symbol < text->symbols)
            text->known[function.symbol] = known;
    }
    PyMem_Free(function.children);
    PyMem_Free(function.pieces);
    return result;
}

/* leaves(text, words, cuts): named leaves outside these spans, which are in order. */
PyObject *core_leaves(PyObject *module, PyObject *const *given, Py_ssize_t count)
{
    (void)module;
    if (!are_given(count, 3))
        return NULL;
    const Text *text = text_of(given[0]);
    const Words *words = text == NULL ? NULL : PyCapsule_GetPointer(given[1], WORDS);
    if (words == NULL)
        return NULL;
    Py_ssize_t total = 0, at = 0, number;
    Span *cuts = read_pairs(given[2], &number);
    if (cuts == NULL)
        return NULL;
    for (const Span *cut = cuts; cut < cuts + number; cut++) {
        if (cut->start > at)
            total += leaves_between(text, words, at, cut->start);
        if (cut->end > at)
            at = cut->end;
    }
    PyMem_Free(cuts);
    return PyLong_FromSsize_t(total + leaves_between(text, words, at, text->size));
}
