// expect: pass complete
// No threads at all, but heavy use of the library: streams, regex, sort, filesystem paths, locale.
#include <algorithm>
#include <array>
#include <cassert>
#include <filesystem>
#include <iomanip>
#include <locale>
#include <regex>
#include <sstream>
#include <string>
#include <unordered_map>
#include <vector>

int main() {
  std::stringstream s("the quick brown fox jumps over the lazy dog the end");
  std::unordered_map<std::string, int> words;
  for (std::string w; s >> w;) ++words[w];
  std::vector<std::pair<std::string, int>> sorted(words.begin(), words.end());
  std::sort(sorted.begin(), sorted.end(), [](auto& a, auto& b) { return a.second > b.second; });
  assert(sorted[0].first == "the");
  std::regex number("([0-9]+)-([a-z]+)");
  std::smatch m;
  const std::string text = "order 66-jedi";
  assert(std::regex_search(text, m, number) && m[2] == "jedi");
  assert(std::filesystem::path("/a/b/../c.txt").lexically_normal() == "/a/c.txt");
  std::ostringstream out;
  out.imbue(std::locale::classic());
  out << std::put_time(std::gmtime(std::array<time_t, 1>{0}.data()), "%Y-%m-%d");
  assert(out.str() == "1970-01-01");
}
