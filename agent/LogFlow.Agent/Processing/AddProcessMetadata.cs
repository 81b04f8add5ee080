using System.Globalization;
using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary><c>add_process_metadata</c>: what the kernel says of a process whose number an event has.</summary>
internal sealed class AddProcessMetadata : EventProcessor
{
    [ConfigKey("match_pids")]
    public List<string> MatchPids { get; set; } = ["process.pid"];

    [ConfigKey("target")]
    public string Target { get; set; } = "";

    [ConfigKey("include_fields")]
    public List<string> Included { get; set; } = [];

    [ConfigKey("overwrite_keys")]
    public bool OverwriteKeys { get; set; }

    [ConfigKey("ignore_missing")]
    public bool IgnoreMissing { get; set; } = true;

    [ConfigKey("restricted_fields")]
    public bool RestrictedFields { get; set; }

    [ConfigKey("host_path")]
    public string HostPath { get; set; } = "/";

    [ConfigKey("cgroup_prefixes")]
    public List<string> CgroupPrefixes { get; set; } = [];

    [ConfigKey("cgroup_regex")]
    public string CgroupRegex { get; set; } = "";

    [ConfigKey("cgroup_cache_expire_time")]
    public TimeSpan CgroupCacheTime { get; set; }

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        foreach (var field in MatchPids)
        {
            var pid = @event.Get(field) switch
            {
                long number => number,
                string text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var one)
                    => one,
                _ => 0,
            };
            if (pid > 0 && Describe(pid) is { } process)
            {
                Put(@event, process);
                break;
            }
        }

        return true;
    }

    private void Put(AgentEvent @event, List<(string Name, object? Value)> process)
    {
        foreach (var (name, value) in process)
        {
            var field = Target.Length == 0 ? name : $"{Target}.{name}";
            if (IsIncluded(name) && (OverwriteKeys || !@event.TryGet(field, out _)))
            {
                @event.Put(field, value);
            }
        }
    }

    private bool IsIncluded(string name) => Included.Count == 0
        || Included.Exists(one => name == one || name.StartsWith(one + ".", StringComparison.Ordinal));

    private List<(string Name, object? Value)>? Describe(long pid)
    {
        var folder = Path.Combine(HostPath, "proc", pid.ToString(CultureInfo.InvariantCulture));
        try
        {
            var arguments = File.ReadAllText(Path.Combine(folder, "cmdline")).TrimEnd('\0').Split('\0');
            var status = File.ReadAllText(Path.Combine(folder, "stat"));

            // The name stands in parentheses and may hold some itself.
            var (open, close) = (status.IndexOf('('), status.LastIndexOf(')'));
            var rest = status[(close + 2)..].Split(' ');
            return
            [
                ("process.name", status[(open + 1)..close]),
                ("process.title", string.Join(' ', arguments)),
                ("process.args", arguments.ToList<object?>()),
                ("process.pid", pid),
                ("process.parent.pid", long.Parse(rest[1], CultureInfo.InvariantCulture)),
                ("process.executable", new FileInfo(Path.Combine(folder, "exe")).LinkTarget),
            ];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It has ended already, or is another user's.
            return null;
        }
    }
}
