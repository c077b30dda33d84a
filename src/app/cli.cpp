#include "pico/app/cli.hpp"

#include <CLI/CLI.hpp>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <functional>
#include <iostream>
#include <memory>

#include "audit.hpp"
#include "commands.hpp"
#include "import_command.hpp"
#include "pico/config/config.hpp"
#include "pico/core/hash.hpp"
#include "privileges.hpp"
#include "serve.hpp"
#include "takeover_command.hpp"

#ifndef PICO_VERSION
#error "the build sets PICO_VERSION"
#endif

namespace pico::app {
namespace {

int report(const Result<void>& result) {
  if (result) return 0;
  std::cerr << "picolytics: " << result.error().message << "\n";
  return 1;
}

/// As the original does it: an existing file is left alone, and that is a failure.
int write_default_config(const config::LoadOptions& options) {
  const auto path = config::config_file(options);
  std::FILE* file = std::fopen(path.c_str(), "wx");  // x: not when there is one, whoever makes it meanwhile
  if (file == nullptr && errno == EEXIST) {
    std::cerr << "picolytics: " << path.string() << " is there already; it was left as it is\n";
    return 1;
  }
  const bool written = file != nullptr && std::fputs(config::default_yaml().c_str(), file) >= 0;
  const bool closed = file != nullptr && std::fclose(file) == 0;
  if (!written || !closed) {
    std::cerr << "picolytics: cannot write " << path.string() << ": " << std::strerror(errno) << "\n";
    return 1;
  }
  std::cout << "wrote " << path.string() << "\n";
  return 0;
}

/// What the command line asks for.
using Action = std::function<Result<void>(const config::Config&)>;

/// Runs `action` with the configuration, or prints what is wrong with it.
int with_config(const config::LoadOptions& options, const Action& action) {
  const auto config = config::load(options);
  if (!config) {
    std::cerr << "picolytics: the configuration cannot be used:\n" << config.error().message << "\n";
    return 1;
  }
  forbid_core_dumps();
  try {
    return report(action(*config));
  } catch (const std::exception& error) {  // Postgres going away in the middle of a start, mostly
    return report(Error{Errc::internal, error.what()});
  }
}

Result<void> check(const config::Config& config) {
  std::cout << config::describe(config);
  return {};
}

/// A sub-command that runs command(config, request), request being what its options were read into. Kept by the callback, for the
/// options are read before it is called.
template <class Request>
struct Subcommand {
  CLI::App* app;
  std::shared_ptr<Request> request = std::make_shared<Request>();

  Subcommand(CLI::App* parent, const char* name, const char* description, Action& action, Result<void> (*command)(const config::Config&, const Request&))
      : app(parent->add_subcommand(name, description)) {
    app->callback([&action, command, request = request] { action = [command, request](const config::Config& config) { return command(config, *request); }; });
  }
};

void add_site_commands(CLI::App& program, Action& action) {
  auto* site = program.add_subcommand("site", "Manage sites")->require_subcommand(1);
  const Subcommand<SiteRequest> add(site, "add", "Add a site", action, add_site);
  add.app->add_option("domain", add.request->domain, "Its host, without www.")->required();
  add.app->add_option("--time-zone", add.request->time_zone, "IANA name, such as Europe/Vienna (default: the setting defaultTimeZone)");
  site->add_subcommand("list", "List all sites")->callback([&action] { action = list_sites; });
  const Subcommand<SiteRequest> set(site, "set", "Change a site", action, set_site);
  set.app->add_option("domain", set.request->domain)->required();
  set.app->add_option("--time-zone", set.request->time_zone, "Takes effect at the site's next midnight that is more than a minute away");
  auto* setting = set.app->add_option("setting", set.request->setting, "store-ip: keep the addresses that µAnalytics' API is given; off deletes them")
                      ->check(CLI::IsMember({"store-ip"}));
  auto* value = set.app->add_option("value", set.request->value, "on or off")->check(CLI::IsMember({"on", "off"}));
  setting->needs(value);
  value->needs(setting);
  const Subcommand<SiteRequest> remove(site, "remove", "Remove a site with everything that was counted for it", action, remove_site);
  remove.app->add_option("domain", remove.request->domain)->required();
  remove.app->add_flag("--yes", remove.request->confirmed, "Really do it");
}

void add_key_commands(CLI::App& program, Action& action) {
  auto* key = program.add_subcommand("key", "Manage keys of the API")->require_subcommand(1);
  const Subcommand<KeyRequest> create(key, "create", "Make a key and print it, once", action, create_key);
  create.app->add_option("--site", create.request->site, "The one site that it is for (default: all)");
  create.app->add_option("--scope", create.request->scope, "read: figures; write: events sent by servers; admin: sites")
      ->required()
      ->check(CLI::IsMember({"read", "write", "admin"}));
  create.app->add_option("--name", create.request->name, "What it is for");
  key->add_subcommand("list", "List all keys by their prefix")->callback([&action] { action = list_keys; });
  const Subcommand<KeyRequest> revoke(key, "revoke", "Make a key useless", action, revoke_key);
  revoke.app->add_option("prefix", revoke.request->prefix, "How it begins, as `key list` shows it")->required();
}

void add_goal_commands(CLI::App& program, Action& action) {
  auto* goal = program.add_subcommand("goal", "Manage goals, which are what counts as a conversion")->require_subcommand(1);
  const Subcommand<GoalRequest> add(goal, "add", "Add a goal: an event or a page", action, add_goal);
  add.app->add_option("--site", add.request->site)->required();
  auto* event = add.app->add_option("--event", add.request->event, "A custom event of this name");
  add.app->add_option("--page", add.request->page, "A pageview of this path; * stands for any text")->excludes(event);
  add.app->add_option("--name", add.request->name, "What figures call it (default: the event's name, or Visit PATH)");
  const Subcommand<GoalRequest> list(goal, "list", "List a site's goals", action, list_goals);
  list.app->add_option("--site", list.request->site)->required();
  const Subcommand<GoalRequest> remove(goal, "remove", "Remove a goal; what was counted stays", action, remove_goal);
  remove.app->add_option("--site", remove.request->site)->required();
  remove.app->add_option("name", remove.request->name)->required();
}

void add_takeover_command(CLI::App& program, Action& action) {
  const Subcommand<TakeoverRequest> takeover(&program, "takeover", "Take over what the original picolytics has stored in this database; its tables stay as they are", action, take_over);
  takeover.app->add_option("--from-schema", takeover.request->schema, "The schema of the old tables")->capture_default_str();
  takeover.app->add_flag("--dry-run", takeover.request->dry_run, "Print what is there and write nothing");
  takeover.app->add_flag("--again", takeover.request->again, "Begin with the first event, after the sites of an earlier takeover were removed");
  takeover.app->add_option("--wait", takeover.request->wait_seconds, "Seconds to wait for transactions on the old events to end")->check(CLI::Range(0, 86400))->capture_default_str();
}

void add_import_commands(CLI::App& program, Action& action) {
  auto* import = program.add_subcommand("import", "Take over what another program has counted")->require_subcommand(1);
  const Subcommand<MicroImportRequest> micro(import, "micro-analytics", "The SQLite files of µAnalytics. Goes on where an earlier run ended; a server may run meanwhile",
                                             action, import_micro_analytics);
  micro.app->add_option("root", micro.request->root, "Its folder: ROOT/WEBSITE/YYYY-MM/analytics.db")->required();
  micro.app->add_option("--site", micro.request->website, "Only the folder of this website");
  micro.app->add_flag("--dry-run", micro.request->dry_run, "Only count");
  micro.app->add_flag("--again", micro.request->again, "Begin with the first visit, after the websites of an earlier import were removed");
}

/// Its exit status says what it found, so it has one of its own.
const CLI::App* add_audit_command(CLI::App& program, Action& action, int& status) {
  auto* audit = program.add_subcommand("privacy-audit",
                                       "Search the database and the data directory for visitors' IP addresses and User-Agents. Exit status: 0 clean, 1 found, "
                                       "2 could not look everywhere");
  const auto request = std::make_shared<AuditRequest>();
  audit->add_option("--log", request->logs, "Search this file or folder too (repeatable)");
  audit->add_flag("--wal", request->wal, "Search the embedded Postgres' write-ahead log too");
  audit->add_option("--wal-dir", request->wal_dir, "Search this folder of write-ahead log files too");
  audit->add_option("--address", request->addresses, "Search for this address as bytes, too (repeatable)");
  audit->add_option("--user-agent", request->user_agents, "Search for this User-Agent, too (repeatable)");
  audit->add_option("--allow", request->allowed, "This address may be there (repeatable)");
  audit->callback([&action, &status, request] {
    action = [&status, request](const config::Config& config) {
      status = privacy_audit(config, *request);
      return Result<void>{};
    };
  });
  return audit;
}

int run(int argc, char** argv) {
  CLI::App program{"Picolytics: self-hosted, privacy-first web analytics in one program"};
  program.set_version_flag("--version", "picolytics " PICO_VERSION);
  program.require_subcommand(0, 1);
  program.fallthrough();

  config::LoadOptions options;
  options.environment = config::process_environment();
  std::string file;
  bool write_default = false;
  program.add_option("-c,--config", file, "The configuration file (default: ./config.yaml where it exists)");
  program.add_flag("--write-default-config", write_default, "Write a commented configuration file with all defaults");

  Action action = serve;
  program.add_subcommand("serve", "Serve (what happens without a sub-command too)");
  program.add_subcommand("migrate", "Bring the schema of your own Postgres up to date and exit")->callback([&action] { action = migrate; });

  auto* config_command = program.add_subcommand("config", "Look at the configuration")->require_subcommand(1);
  auto* docs_command = config_command->add_subcommand("docs", "Print the documentation of all settings (Markdown)");
  config_command->add_subcommand("check", "Check the configuration and print it, secrets left out")->callback([&action] { action = check; });
  add_site_commands(program, action);
  add_key_commands(program, action);
  add_goal_commands(program, action);
  add_takeover_command(program, action);
  add_import_commands(program, action);
  int audit_status = 0;
  const auto* audit_command = add_audit_command(program, action, audit_status);

  try {
    program.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return program.exit(error) == 0 ? 0 : 2;
  }
  if (!file.empty()) options.file = file;
  initialise_crypto();

  if (write_default) return write_default_config(options);
  if (docs_command->parsed()) return std::cout << config::markdown(), 0;
  const int done = with_config(options, action);
  if (audit_command->parsed()) return done == 0 ? audit_status : 2;
  return done;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& error) {
    return report(Error{Errc::internal, error.what()});
  }
}

}  // namespace pico::app
