// An event remembers, and can be waited for with a deadline.
#include <lockstep/sync/event.h>

#include <cassert>
#include <thread>

lockstep::sync::event loaded;
int pages = 0;

int main() {
  std::thread loader([] {
    pages = 7;
    loaded.set();
  });
  loaded.wait();
  assert(pages == 7);
  loader.join();
}
