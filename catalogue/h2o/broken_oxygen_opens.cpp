// The oxygen sets the count of hydrogens to 0 though one of them is not there yet: three atoms that are no water.
#include <cassert>
#include <condition_variable>
#include <mutex>
#include <string>
#include <thread>

std::mutex mutex;
std::condition_variable changed;
int hydrogens = 0;
std::string output;

void bond(char atom) {
  output += atom;
  if (output.size() % 3 != 0) return;
  const std::string molecule = output.substr(output.size() - 3);
  assert(molecule.find('O') != std::string::npos && molecule.find('O') == molecule.rfind('O') && "HHO in some order");
}

void hydrogen() {
  std::unique_lock lock(mutex);
  changed.wait(lock, [] { return hydrogens < 2; });
  ++hydrogens;
  bond('H');
}

void oxygen() {
  std::lock_guard lock(mutex);
  bond('O');
  hydrogens = 0;
  changed.notify_all();
}

int main() {
  auto twice = [](void (*atom)()) {
    atom();
    atom();
  };
  std::thread a(twice, hydrogen), b(twice, hydrogen);
  twice(oxygen);
  a.join();
  b.join();
}
