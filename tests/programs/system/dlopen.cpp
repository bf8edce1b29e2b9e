// expect: pass complete
// A library is loaded and used by two threads.
#include <dlfcn.h>

#include <atomic>
#include <thread>

std::atomic<int> sum{0};

int main() {
  void* library = dlopen("libm.so.6", RTLD_NOW);
  if (!library) return 1;
  auto root = reinterpret_cast<double (*)(double)>(dlsym(library, "sqrt"));
  if (!root) return 2;
  std::thread t([&] { sum += static_cast<int>(root(9)); });
  sum += static_cast<int>(root(16));
  t.join();
  dlclose(library);
  return sum == 7 ? 0 : 3;
}
