// expect: fail kind=data-race
// The object is touched after it went back to the pool, where the other thread may have taken it.
#include <mutex>
#include <thread>

std::mutex m;
int object;
int* spare = &object;

int* get() {
  std::lock_guard lock(m);
  int* p = spare;
  spare = nullptr;
  return p;
}

void put(int* p) {
  std::lock_guard lock(m);
  spare = p;
}

void work() {
  int* p = get();
  if (p == nullptr) return;
  *p = 1;
  put(p);
  *p = 0;
}

int main() {
  std::thread t(work);
  work();
  t.join();
}
