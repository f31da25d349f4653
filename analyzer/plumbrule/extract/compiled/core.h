/* What the parts of the compiled core share: texts, tables of words, digests.
 *
 * Nothing here keeps state between calls: what lives longer than one is in a capsule that Python holds. Offsets come
 * from outside and are clamped like those of a slice before a byte is read. */

#ifndef PLUMBRULE_CORE_H
#define PLUMBRULE_CORE_H

#define PY_SSIZE_T_CLEAN
#define Py_LIMITED_API 0x030B0000
#include <Python.h>

#include <stdint.h>
#include <string.h>

typedef unsigned char byte;

typedef struct {
    Py_ssize_t start, end;
} Span;

/* BLAKE2b (RFC 7693) with a digest of eight bytes and no key. */
typedef struct {
    uint64_t chain[8];
    uint64_t count;
    byte block[128];
    size_t filled;
} Digest;

void digest_begin(Digest *digest);
void digest_take(Digest *digest, const byte *data, size_t size);
void digest_end(Digest *digest, byte out[8]);

/* A word of one or both of two lists. Of a language these are its keywords and its constants; see `shapes.Shapes`. */
typedef struct {
    const byte *word; /* NULL: the place is free */
    const byte *lower;
    Py_ssize_t size;
    Py_ssize_t rank; /* its number in the list where it stands last */
    char in_first, in_second;
} Word;

typedef struct {
    Word *places; /* open addressing */
    size_t mask;  /* number of places - 1 */
    Py_ssize_t longest;
    byte begins[256]; /* whether a word begins with this byte */
    byte *text;
} Words;

const Word *word_of(const Words *words, const byte *text, Py_ssize_t size);

/* What is known of a function that others may lie around. */
typedef struct {
    Py_ssize_t leaves, tokens;
    byte exact[8], shape[8];
    char is_known, has_digests;
} Known;

/* A file's text with its strings and comments hidden. */
typedef struct {
    PyObject *source_bytes, *masked_bytes;
    const byte *source, *masked;
    Py_ssize_t source_size, size;
    const byte *shaped; /* the masked text with every number as one word; NULL before the first use */
    byte *own_shaped;   /* the same, if it differs */
    Span *strings;      /* in the source, in order */
    Py_ssize_t string_count;
    Py_ssize_t *code; /* number of lines of code before each line; NULL before `measure` */
    Py_ssize_t lines;
    Known *known; /* by symbol */
    Py_ssize_t symbols;
    byte *scratch;
    Py_ssize_t scratch_size;
} Text;

extern const char WORDS[], TEXT[]; /* names of capsules */

/* What a byte is where text is taken apart. */
enum { OTHER, WORD, WHITE, NOTHING, HOLE };
extern const byte KIND[256];
#define HOLE_SIGN 1
#define HELD_SIGN 2

int is_plain(byte sign); /* \w */
int is_space(byte sign); /* \s */
int begins_name(byte sign);
/* Where the word that begins here ends. */
const byte *after_word(const byte *at, const byte *stop);
/* Where the dotted name that begins here ends; here if there is none. */
const byte *after_dotted(const byte *at, const byte *stop);
/* Offsets of a list of pairs; NULL with an exception set. To be freed. */
Span *read_pairs(PyObject *list, Py_ssize_t *count);

/* A number that is no smaller than 0; -1 with an exception set otherwise. */
Py_ssize_t offset_of(PyObject *number);
/* Whether so many arguments were given; 0 with an exception set otherwise. */
int are_given(Py_ssize_t count, Py_ssize_t wanted);
Text *text_of(PyObject *capsule);

/* What Python sees. */
PyObject *core_lines(PyObject *module, PyObject *source);
PyObject *core_words(PyObject *module, PyObject *const *given, Py_ssize_t count);
PyObject *core_mask(PyObject *module, PyObject *const *given, Py_ssize_t count);
PyObject *core_measure(PyObject *module, PyObject *const *given, Py_ssize_t count);
PyObject *core_function(PyObject *module, PyObject *const *given, Py_ssize_t count);
PyObject *core_leaves(PyObject *module, PyObject *const *given, Py_ssize_t count);
PyObject *core_settle(PyObject *module, PyObject *const *given, Py_ssize_t count);
PyObject *core_uses(PyObject *module, PyObject *const *given, Py_ssize_t count);
PyObject *core_looked_at(PyObject *module, PyObject *const *given, Py_ssize_t count);
PyObject *core_ways(PyObject *module, PyObject *const *given, Py_ssize_t count);

#endif
