// expect: pass complete
// compilers: gcc clang
// flags: -O2
// The decrement releases, and the last one acquires with a fence before it deletes.
#include <atomic>
#include <thread>

struct Object {
  std::atomic<int> references{2};
  int value = 0;
};

void release(Object* o) {
  if (o->references.fetch_sub(1, std::memory_order_release) == 1) {
    std::atomic_thread_fence(std::memory_order_acquire);
    delete o;
  }
}

int main() {
  auto* o = new Object;
  std::thread t([o] {
    o->value = 1;
    release(o);
  });
  release(o);
  t.join();
}
