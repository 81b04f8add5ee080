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
    /// <summary>Opens a log file for reading.</summary>
    public required Func<string, ILogFile> OpenFile { get; init; }

    /// <summary>The positions of a Filebeat that read these files before; null: there are none.</summary>
    public FilebeatPositions? TakeOver { get; init; }

    /// <summary>Incarnations that ended lately.</summary>
    public EndedIncarnations Ended { get; } = new(Registry, Time);

    /// <summary>
    /// The partition of a file that is seen for the first time, and of all its later incarnations. The files of a spool
    /// follow each other, so all of them have one.
    /// </summary>
    public int ChoosePartition(string path) =>
        Publishing.ChoosePartition(Options.Id, Options.Config.Spool is null ? path : "");

    /// <summary>An incarnation has ended; its state goes when what was read of it is acknowledged.</summary>
    public void Supersede(FileState state, long position, uint tailCrc, bool isKept) =>
        Ended.Add(new EndedIncarnation(state, position, tailCrc, Time.GetTimestamp(), isKept));
}
