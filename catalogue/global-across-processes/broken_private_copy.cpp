// thread_local stands for what fork does to a global: everybody has a copy.
#include <cassert>
#include <thread>

thread_local int requests = 0;

void serve() { ++requests; }

int main() {
  std::thread worker_a(serve), worker_b(serve);
  worker_a.join();
  worker_b.join();
  assert(requests == 2 && "all requests are counted");
}
