using LogFlow.Hosting;

namespace LogFlow.Agent;

/// <summary>
/// <c>add_kubernetes_metadata</c>: pod, namespace and container as the kubelet writes them into the paths of logs.
/// </summary>
[AcceptedKey("host", "is NODE_NAME or this machine's name", IsQuiet = true)]
[AcceptedKey("node", "is NODE_NAME or this machine's name", IsQuiet = true)]
[AcceptedKey("scope", "says nothing: the cluster's API is not asked", IsQuiet = true)]
[AcceptedKey("namespace", "says nothing: the cluster's API is not asked", IsQuiet = true)]
[AcceptedKey("kube_config", "says nothing: the cluster's API is not asked", IsQuiet = true)]
[AcceptedKey("kube_client_options", "says nothing: the cluster's API is not asked", IsQuiet = true)]
[AcceptedKey("use_kubeadm", "says nothing: the cluster's API is not asked", IsQuiet = true)]
[AcceptedKey("in_cluster", "says nothing: the cluster's API is not asked", IsQuiet = true)]
[AcceptedKey("sync_period", "says nothing: the cluster's API is not asked", IsQuiet = true)]
[AcceptedKey("cleanup_timeout", "says nothing: the cluster's API is not asked", IsQuiet = true)]
[AcceptedKey("default_indexers", "says nothing: the path names the pod", IsQuiet = true)]
[AcceptedKey("default_matchers", "says nothing: the path names the pod", IsQuiet = true)]
[AcceptedKey("indexers", "says nothing: the path names the pod", IsQuiet = true)]
[AcceptedKey("matchers", "says nothing: the path names the pod", IsQuiet = true)]
[AcceptedKey("labels", "says nothing: the cluster's API is not asked", IsQuiet = true)]
[AcceptedKey("annotations", "says nothing: the cluster's API is not asked", IsQuiet = true)]
[AcceptedKey("include_labels", "says nothing: the cluster's API is not asked", IsQuiet = true)]
[AcceptedKey("exclude_labels", "says nothing: the cluster's API is not asked", IsQuiet = true)]
[AcceptedKey("include_annotations", "says nothing: the cluster's API is not asked", IsQuiet = true)]
[AcceptedKey("include_pod_uid", "is always done where the path has it", IsQuiet = true)]
[AcceptedKey("include_creator_metadata", "says nothing: the cluster's API is not asked", IsQuiet = true)]
[AcceptedKey("add_resource_metadata", "says nothing: the cluster's API is not asked", IsQuiet = true)]
internal sealed class AddKubernetesMetadata : EventProcessor
{
    private const string Target = "kubernetes";

    /// <inheritdoc/>
    protected override bool Process(AgentEvent @event)
    {
        if (@event.TryGet(Target, out _)
            || @event.Text("log.file.path") is not { } path
            || ContainerPath.TryParse(path) is not { } found
            || found.Pod.Length == 0)
        {
            return true;
        }

        @event.Put($"{Target}.namespace", found.Namespace);
        @event.Put($"{Target}.pod.name", found.Pod);
        if (found.PodUid.Length > 0)
        {
            @event.Put($"{Target}.pod.uid", found.PodUid);
        }

        @event.Put($"{Target}.container.name", found.Container);
        @event.Put($"{Target}.node.name", Environment.GetEnvironmentVariable("NODE_NAME") ?? Environment.MachineName);
        if (found.ContainerId.Length > 0)
        {
            @event.Put("container.id", found.ContainerId);
        }

        return true;
    }
}

/// <summary>What the path of a container's log says.</summary>
internal sealed record ContainerPath(
    string Namespace, string Pod, string PodUid, string Container, string ContainerId)
{
    private const int IdLength = 64;

    /// <summary>
    /// <c>/var/log/containers/POD_NAMESPACE_CONTAINER-ID.log</c>,
    /// <c>/var/log/pods/NAMESPACE_POD_UID/CONTAINER/0.log</c> or <c>/var/lib/docker/containers/ID/ID-json.log</c>.
    /// </summary>
    public static ContainerPath? TryParse(string path)
    {
        var parts = path.Split('/');
        var file = Path.GetFileNameWithoutExtension(parts[^1]);
        if (parts.Length >= 3 && parts[^2] == "containers" && file.Split('_') is [var pod, var space, var rest])
        {
            var dash = rest.LastIndexOf('-');
            return dash <= 0 ? null : new ContainerPath(space, pod, "", rest[..dash], rest[(dash + 1)..]);
        }

        if (parts.Length >= 4
            && Array.IndexOf(parts, "pods") >= 0
            && parts[^3].Split('_') is [var owner, var name, var uid])
        {
            return new ContainerPath(owner, name, uid, parts[^2], "");
        }

        return parts.Length >= 2 && parts[^2].Length == IdLength && parts[^2].All(char.IsAsciiHexDigitLower)
            ? new ContainerPath("", "", "", "", parts[^2])
            : null;
    }
}
