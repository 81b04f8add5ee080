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
    /// <summary>Guards the list.</summary>
    private readonly Lock _lock = new();
    private readonly List<(FileState State, long Position)> _superseded = [];

    /// <summary>The partition of a file that is seen for the first time, and of all its later incarnations.</summary>
    public int ChoosePartition(string path) => Publishing.ChoosePartition(Options.Id, path);

    /// <summary>An incarnation has ended; its state goes when what was read of it is acknowledged.</summary>
    public void Supersede(FileState state, long position)
    {
        lock (_lock)
        {
            _superseded.Add((state, position));
        }
    }

    /// <summary>Incarnations that ended lately, with the position that was read to.</summary>
    public List<(FileState State, long Position)> Superseded()
    {
        lock (_lock)
        {
            return [.. _superseded];
        }
    }

    /// <summary>Forgets ended incarnations of which all is acknowledged and that are not needed otherwise.</summary>
    public void ReleaseSuperseded(Func<FileState, bool> isNeeded)
    {
        lock (_lock)
        {
            for (var index = _superseded.Count - 1; index >= 0; index--)
            {
                var (state, position) = _superseded[index];
                if (Registry.AckedPosition(state).Position >= position && !isNeeded(state))
                {
                    Registry.RemoveFile(state);
                    _superseded.RemoveAt(index);
                }
            }
        }
    }
}
