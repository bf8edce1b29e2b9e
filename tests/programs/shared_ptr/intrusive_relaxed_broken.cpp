// expect: fail kind=data-race
// A hand-written reference count whose decrement is relaxed: the delete is not ordered after the other's last use.
#include <atomic>
#include <thread>

struct Object {
  std::atomic<int> references{2};
  int value = 0;
};

void release(Object* o) {
  if (o->references.fetch_sub(1, std::memory_order_relaxed) == 1) delete o;
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
