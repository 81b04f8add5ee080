using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>
/// <c>add_docker_metadata</c>: name, image and labels of the container whose log a line comes from, as Docker keeps
/// them beside the log.
/// </summary>
[AcceptedKey("host", "is not asked: Docker's own files name the container")]
[AcceptedKey("ssl", "says nothing: Docker's own files name the container", IsQuiet = true)]
[AcceptedKey("match_fields", "says nothing: the path names the container", IsQuiet = true)]
[AcceptedKey("match_pids", "says nothing: the path names the container", IsQuiet = true)]
[AcceptedKey("match_source", "says nothing: the path names the container", IsQuiet = true)]
[AcceptedKey("match_short_id", "says nothing: the path names the container", IsQuiet = true)]
[AcceptedKey("match_source_index", "says nothing: the id is found wherever it stands in the path", IsQuiet = true)]
[AcceptedKey("cleanup_timeout", "says nothing here", IsQuiet = true)]
[AcceptedKey("skip_older", "says nothing here", IsQuiet = true)]
internal sealed class AddDockerMetadata : EventProcessor
{
    private readonly DockerContainers _containers = new();

    [ConfigKey("labels.dedot")]
    public bool Dedot { get; set; } = true;

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        if (@event.Text("log.file.path") is { } path
            && ContainerPath.TryParse(path) is { ContainerId.Length: > 0 } found)
        {
            @event.Put("container.id", found.ContainerId);
            if (_containers.Find(Path.GetDirectoryName(path)!, found.ContainerId, Dedot) is { } container)
            {
                @event.Fields.Own("container").Merge(container, overwrites: true);
            }
        }

        return true;
    }
}
