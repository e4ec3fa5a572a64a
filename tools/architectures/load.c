#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

/* load LIBRARY NUMBER: prints what its function answer makes of the number. */
int main(int count, char **arguments) {
  void *library = count == 3 ? dlopen(arguments[1], RTLD_NOW) : 0;
  int (*answer)(int) = library ? (int (*)(int))dlsym(library, "answer") : 0;
  if (!answer) {
    fprintf(stderr, "%s\n", count == 3 ? dlerror() : "load LIBRARY NUMBER");
    return 1;
  }
  printf("%d\n", answer(atoi(arguments[2])));
  return 0;
}
