// expect: pass
// tags: spin
// std::lock and std::scoped_lock try and back off inside; that is the library's affair and nobody's livelock.
#include <mutex>
#include <thread>

std::mutex a, b;
int transfers = 0;

int main() {
  std::thread x([] {
    std::scoped_lock both(a, b);
    ++transfers;
  });
  std::thread y([] {
    std::lock(b, a);
    ++transfers;
    a.unlock();
    b.unlock();
  });
  x.join();
  y.join();
  return transfers == 2 ? 0 : 1;
}
