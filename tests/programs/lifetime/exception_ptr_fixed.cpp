// expect: pass complete
// The exception is carried to main by exception_ptr.
#include <cassert>
#include <exception>
#include <stdexcept>
#include <thread>

int main() {
  std::exception_ptr error;
  std::thread t([&] {
    try {
      throw std::runtime_error("bad");
    } catch (...) {
      error = std::current_exception();
    }
  });
  t.join();
  bool caught = false;
  try {
    std::rethrow_exception(error);
  } catch (const std::runtime_error&) {
    caught = true;
  }
  assert(caught);
}
