namespace LogFlow.Agent;

/// <summary>Where the agent ends and the world begins; tests put fakes there.</summary>
/// <param name="OpenSink">Where batches go.</param>
/// <param name="OpenStorage">Where the registry lies.</param>
/// <param name="OpenFile">How log files are opened for reading.</param>
internal sealed record AgentSeams(
    Func<OutputTarget, SinkContext, IBatchSink> OpenSink,
    Func<string, IRegistryStorage> OpenStorage,
    Func<string, ILogFile> OpenFile)
{
    /// <summary>What outputs open themselves, and a folder.</summary>
    public static AgentSeams Production { get; } = new(
        static (target, context) => target.OpenSink(context),
        static directory => new RegistryDirectory(directory),
        DiskLogFile.Open);
}
