using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary><c>delete.*</c>.</summary>
public sealed partial class InputConfig
{
    /// <summary>
    /// Delete files that were closed at their ends or for inactivity, once every output has acknowledged all of them.
    /// Matches Filebeat; type <c>filestream</c> alone.
    /// </summary>
    [ConfigKey("delete.enabled")]
    public bool DeleteEnabled { get; set; }

    /// <summary>
    /// How long nothing may be added to such a file before it is deleted. Matches Filebeat.
    /// </summary>
    [ConfigKey("delete.grace_period")]
    public TimeSpan DeleteGracePeriod { get; set; } = TimeSpan.FromMinutes(30);

    private void CheckDeletion(List<ConfigProblem> problems)
    {
        if (DeleteGracePeriod < TimeSpan.Zero)
        {
            problems.Add(new ConfigProblem("delete.grace_period", "must not be negative"));
        }

        if (!DeleteEnabled)
        {
            return;
        }

        if (Type != "filestream")
        {
            problems.Add(new ConfigProblem("delete.enabled", $"is for inputs of type filestream, not of '{Type}'"));
        }

        if (!CloseOnEof && (LegacyCloseInactive ?? CloseInactive) <= TimeSpan.Zero)
        {
            problems.Add(new ConfigProblem(
                "delete.enabled",
                "needs files to be closed: close.reader.on_eof: true, or close.on_state_change.inactive above zero"));
        }

        if (IgnoreOlder > TimeSpan.Zero || (TailFiles ?? SeekToTail) || IgnoreInactive != IgnoreInactive.None)
        {
            problems.Add(new ConfigProblem(
                "delete.enabled",
                "would delete what ignore_older, seek_to_tail and ignore_inactive pass over unread: remove those"));
        }

        if (FollowsSymlinks)
        {
            problems.Add(new ConfigProblem(
                "delete.enabled", "deletes no links: set prospector.scanner.symlinks: false, and name their targets"));
        }
    }
}
