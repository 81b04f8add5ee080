namespace LogFlow.Agent;

/// <summary>Sends the recovery's questions to the input that a file belongs to.</summary>
internal sealed class RecoveryFiles(IReadOnlyList<FilestreamInput> inputs) : IRecoveryFiles
{
    public bool TryPlaces(FileState state, Func<RecoverySource, bool> use) =>
        InputOf(state)?.TryPlaces(state, use) ?? false;

    public bool IsFollowed(FileState state) => InputOf(state)?.IsFollowed(state) ?? false;

    public bool IsVolumeGone(FileState state) => InputOf(state)?.IsVolumeGone(state) ?? false;

    public void ContinueAt(long generation, long position, uint tailCrc)
    {
        foreach (var input in inputs)
        {
            input.ContinueAt(generation, position, tailCrc);
        }
    }

    public void WakeAll()
    {
        foreach (var input in inputs)
        {
            input.WakeAll();
        }
    }

    /// <summary>Null where the input was taken out of the configuration.</summary>
    private FilestreamInput? InputOf(FileState state) =>
        inputs.FirstOrDefault(input => input.Id == state.InputId);
}
