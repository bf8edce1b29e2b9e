// The thread has its own share in the buffer; the promise tells when it is done.
#include <cassert>
#include <future>
#include <memory>
#include <thread>

int main() {
  auto buffer = std::make_shared<int>(0);
  std::promise<void> done;
  auto finished = done.get_future();
  std::jthread logger([buffer, done = std::move(done)]() mutable {
    *buffer = 1;
    done.set_value();
  });
  finished.get();
  assert(*buffer == 1);
}
