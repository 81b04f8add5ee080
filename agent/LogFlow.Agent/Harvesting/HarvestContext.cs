using Microsoft.Extensions.Logging;

namespace LogFlow.Agent;

/// <summary>What the harvesters of one input share.</summary>
internal sealed record HarvestContext(
    InputOptions Options,
    Registry Registry,
    Publisher Publishing,
    AgentCounters Counters,
    TimeProvider Time,
    ILogger Logger)
{
    /// <summary>A copy made by rotation shows up within this time after the truncation of its original.</summary>
    private static readonly TimeSpan EndedKept = TimeSpan.FromMinutes(2);

    /// <summary>Guards the two lists.</summary>
    private readonly Lock _lock = new();
    private readonly List<EndedIncarnation> _superseded = [];
    private readonly List<EndedIncarnation> _ended = [];

    /// <summary>Opens a log file for reading.</summary>
    public required Func<string, ILogFile> OpenFile { get; init; }

    /// <summary>The partition of a file that is seen for the first time, and of all its later incarnations.</summary>
    public int ChoosePartition(string path) => Publishing.ChoosePartition(Options.Id, path);

    /// <summary>An incarnation has ended; its state goes when what was read of it is acknowledged.</summary>
    public void Supersede(FileState state, long position, uint tailCrc, bool isKept)
    {
        lock (_lock)
        {
            var ended = new EndedIncarnation(state, position, tailCrc, Time.GetTimestamp(), isKept);
            _superseded.Add(ended);
            _ended.Add(ended);
        }
    }

    /// <summary>An incarnation goes on in another file.</summary>
    public void Revive(FileState state)
    {
        lock (_lock)
        {
            _superseded.RemoveAll(ended => ended.State == state);
            _ended.RemoveAll(ended => ended.State == state);
        }
    }

    /// <summary>Incarnations that ended lately; copies of them may turn up.</summary>
    public List<EndedIncarnation> Ended()
    {
        lock (_lock)
        {
            _ended.RemoveAll(ended => Time.GetElapsedTime(ended.EndedAt) > EndedKept);
            return [.. _ended];
        }
    }

    /// <summary>
    /// Forgets ended incarnations of which all is acknowledged and that nothing can continue any more.
    /// </summary>
    public void ReleaseSuperseded()
    {
        lock (_lock)
        {
            for (var index = _superseded.Count - 1; index >= 0; index--)
            {
                var ended = _superseded[index];
                if (Registry.AckedPosition(ended.State).Position >= ended.Position
                    && (!ended.IsKept || Time.GetElapsedTime(ended.EndedAt) > EndedKept))
                {
                    Registry.RemoveFile(ended.State);
                    _superseded.RemoveAt(index);
                }
            }
        }
    }
}
