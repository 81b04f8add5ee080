using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>A file as its input's prospector follows it. Owned by the prospector's loop.</summary>
internal sealed class TrackedFile(ScheduledHarvester scheduled, FileStatus status)
{
    /// <summary>Its harvester, with who has it.</summary>
    public ScheduledHarvester Scheduled { get; } = scheduled;

    /// <summary>Its harvester.</summary>
    public Harvester Harvester => Scheduled.Harvester;

    /// <summary>What the file system said last.</summary>
    public FileStatus Status { get; set; } = status;

    /// <summary>The last scan that found it.</summary>
    public long SeenInScan { get; set; }

    /// <summary>Scans in a row that did not find it.</summary>
    public int MissedScans { get; set; }

    /// <summary>When to look at it again without notification, a <see cref="TimeProvider"/> timestamp.</summary>
    public long PollAt { get; set; }

    /// <summary>The pause before that.</summary>
    public TimeSpan PollPause { get; set; }

    /// <summary>It has unread bytes but could not be opened.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>It is not read: compressed, or older than <c>ignore_older</c>.</summary>
    public bool IsIgnored { get; set; }

    /// <summary>It is to be read from its end on, which could not be looked at yet.</summary>
    public bool IsToSkip { get; set; }

    /// <summary>It no longer has a name that the input's paths match.</summary>
    public bool IsRenamed { get; set; }

    /// <summary>It was looked at in this run: state and content were compared.</summary>
    public bool IsVerified { get; set; }

    /// <summary>Bytes that the queue does not have yet, as far as known.</summary>
    public long LengthKnown => Math.Max(Status.Length, Harvester.Position);
}
