// expect: fail kind=deadlock pattern=leaked-lock object=printers
// A permit that an exception carries past its release. (Mended, it shows a wakeup that libstdc++ 12's own semaphore
// loses.)
#include <semaphore>
#include <stdexcept>
#include <string>
#include <thread>

std::counting_semaphore<2> printers(1);

void print(const std::string& text) {
  printers.acquire();
  if (text.empty()) throw std::invalid_argument("nothing to print");
  printers.release();
}

int main() {
  std::thread careless([] {
    try {
      print("");
    } catch (const std::invalid_argument&) {
    }
  });
  print("page");
  careless.join();
}
