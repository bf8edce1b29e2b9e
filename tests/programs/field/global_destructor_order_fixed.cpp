// expect: pass
// Function statics, globals and thread_locals of main and of a thread, destroyed in the order of the standard.
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

static std::vector<std::string>* trail;
struct Mark {
  std::string name;
  explicit Mark(std::string n) : name(std::move(n)) {}
  ~Mark() { trail->push_back(name); }
};
struct Judge {
  Judge() { trail = new std::vector<std::string>; }
  ~Judge() {
    const std::vector<std::string> wanted{"worker's local", "main's local", "function static", "global"};
    const bool right = *trail == wanted;
    delete trail;
    if (!right) std::_Exit(3);
  }
};
static Judge judge;
static Mark global("global");
static void touch(const char* name) { static thread_local Mark local(name); }

int main() {
  static Mark function_static("function static");
  std::thread([] { touch("worker's local"); }).join();
  touch("main's local");
}
