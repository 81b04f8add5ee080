using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>
/// <c>add_cloud_metadata</c>: where in a cloud this machine runs, as the cloud's link-local service says.
/// </summary>
internal sealed class AddCloudMetadata : EventProcessor
{
    [ConfigKey("timeout")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(3);

    [ConfigKey("providers")]
    public List<string> Providers { get; set; } = [];

    [ConfigKey("overwrite")]
    public bool Overwrite { get; set; }

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        if (CloudMetadata.Get(Timeout) is { } cloud && (Overwrite || !@event.TryGet("cloud", out _)))
        {
            @event.Fields.Set("cloud", cloud);
        }

        return true;
    }
}
