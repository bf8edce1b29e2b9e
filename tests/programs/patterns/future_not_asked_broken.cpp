// expect: fail kind=assertion pattern=forgotten-await
// The work may have failed; only the future would tell.
#include <atomic>
#include <cassert>
#include <future>
#include <stdexcept>

std::atomic<int> records{0};

void import_from(const char* path) {
  if (*path == '\0') throw std::runtime_error("no such file");
  records = 3;
}

int main() {
  { const auto import = std::async(std::launch::async, import_from, ""); }
  assert(records == 3);
}
