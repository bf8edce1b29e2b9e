// expect: pass complete
// A flag of inline assembly is invisible; the annotations tell what it orders.
#include <thread>

extern "C" {
void AnnotateHappensBefore(const char* file, int line, const volatile void* address);
void AnnotateHappensAfter(const char* file, int line, const volatile void* address);
}

int data;
int flag;

__attribute__((no_sanitize("thread"))) bool peek() {
  int f;
  asm volatile("movl %1, %0" : "=r"(f) : "m"(flag) : "memory");
  return f != 0;
}

__attribute__((no_sanitize("thread"))) void raise() { asm volatile("movl $1, %0" : "=m"(flag) : : "memory"); }

int main() {
  std::thread t([] {
    data = 1;
    AnnotateHappensBefore(__FILE__, __LINE__, &flag);
    raise();
  });
  int seen = 1;
  if (peek()) {
    AnnotateHappensAfter(__FILE__, __LINE__, &flag);
    seen = data;
  }
  t.join();
  return seen == 1 ? 0 : 1;
}
