// expect: pass complete
// compilers: gcc clang
// The count is decided under the lock, the object deleted after the lock is released by the only owner left.
#include <mutex>
#include <thread>

struct Node {
  std::mutex m;
  int references = 2;
  void release() {
    bool last;
    {
      std::lock_guard lock(m);
      last = --references == 0;
    }
    if (last) delete this;
  }
};

int main() {
  auto* node = new Node;
  std::thread t([node] { node->release(); });
  node->release();
  t.join();
}
