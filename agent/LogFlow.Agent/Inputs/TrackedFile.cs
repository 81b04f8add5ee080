using LogFlow.Platform;

namespace LogFlow.Agent;

/// <summary>A file as its input's prospector follows it. Owned by the prospector's loop.</summary>
internal sealed class TrackedFile
{
    public TrackedFile(ScheduledHarvester scheduled, FileStatus status)
    {
        Scheduled = scheduled;
        Status = status;
        SeenNode = new LinkedListNode<TrackedFile>(this);
    }

    /// <summary>Its harvester, with who has it.</summary>
    public ScheduledHarvester Scheduled { get; }

    /// <summary>Its harvester.</summary>
    public Harvester Harvester => Scheduled.Harvester;

    /// <summary>What the file system said last.</summary>
    public FileStatus Status { get; set; }

    /// <summary>Where it lies, if its path is a link: the path without links.</summary>
    public string? Target { get; set; }

    /// <summary>Its place in the order in which scans saw files.</summary>
    public LinkedListNode<TrackedFile> SeenNode { get; }

    /// <summary>The last scan that found it.</summary>
    public long SeenInScan { get; set; }

    /// <summary>Scans in a row that did not find it.</summary>
    public int MissedScans { get; set; }

    /// <summary>When to look at it again without notification, a <see cref="TimeProvider"/> timestamp.</summary>
    public long PollAt { get; set; }

    /// <summary>The pause before that.</summary>
    public TimeSpan PollPause { get; set; }

    /// <summary>The entry in the queue of looks that counts; 0: there is none.</summary>
    public long DueAt { get; set; }

    /// <summary>
    /// It stands in the queue of open files, put there when it was active at this time; 0: it does not.
    /// </summary>
    public long QueuedActiveAt { get; set; }

    /// <summary>It has unread bytes but could not be opened.</summary>
    public bool IsWaiting { get; set; }

    /// <summary>It is not read: compressed, or older than <c>ignore_older</c>.</summary>
    public bool IsIgnored { get; set; }

    /// <summary>It is to be read from its end on, which could not be looked at yet.</summary>
    public bool IsToSkip { get; set; }

    /// <summary>A Filebeat may have read it: its position is to be asked for.</summary>
    public bool IsToTakeOver { get; set; }

    /// <summary>It no longer has a name that the input's paths match.</summary>
    public bool IsRenamed { get; set; }

    /// <summary>Its deletion that is under way; null: there is none.</summary>
    public FileDeletion? Deletion { get; set; }

    /// <summary>It was looked at in this run: state and content were compared.</summary>
    public bool IsVerified { get; set; }

    /// <summary>It is not followed any more.</summary>
    public bool IsForgotten { get; set; }

    /// <summary>Its length, as far as known.</summary>
    public long LengthKnown => Math.Max(Status.Length, Harvester.Position);

    /// <summary>Where it lies: the folder of what a link leads to, else of its path.</summary>
    public string Place => Target ?? Harvester.Path;
}
