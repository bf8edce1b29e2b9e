// expect: pass complete
// compilers: gcc clang
// An object pool under a mutex: an object has one user at a time.
#include <mutex>
#include <thread>
#include <vector>

std::mutex m;
std::vector<int*> spare;

int* get() {
  std::lock_guard lock(m);
  if (spare.empty()) return new int(0);
  int* p = spare.back();
  spare.pop_back();
  return p;
}

void put(int* p) {
  std::lock_guard lock(m);
  spare.push_back(p);
}

void work() {
  int* p = get();
  ++*p;
  put(p);
}

int main() {
  std::thread t(work);
  work();
  t.join();
  for (int* p : spare) delete p;
}
