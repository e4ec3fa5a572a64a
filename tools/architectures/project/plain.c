#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static void *add(void *to) {
  *(int *)to += (int)sqrt(1600.0);
  return to;
}

/* Two letters, and 40 from another thread. */
int answer(int number) {
  char text[32];
  pthread_t thread;
  int sum = 0;
  snprintf(text, sizeof text, "%d", number);
  sum = (int)strlen(text);
  if (pthread_create(&thread, 0, add, &sum) != 0) return -1;
  pthread_join(thread, 0);
  return sum;
}
