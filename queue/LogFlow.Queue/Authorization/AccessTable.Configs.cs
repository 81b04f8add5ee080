using LogFlow.Kafka.Protocol;
using LogFlow.Kafka.Protocol.Messages;

namespace LogFlow.Queue;

/// <content>Settings, by what they are settings of.</content>
internal sealed partial class AccessTable
{
    private void AddConfigs()
    {
        Add(new ApiGuard<DescribeConfigsRequest, DescribeConfigsResponse>(
            "DescribeConfigs of each: Topic, Group, else Cluster",
            static (request, access, _) =>
                GuardKind.AdmitEach<DescribeConfigsResponse, DescribeConfigsRequest.DescribeConfigsResource>(
                    request.Resources,
                    resource => May(
                        access, AclOperation.DescribeConfigs, resource.ResourceType, resource.ResourceName),
                    static (answer, resource) => answer.Results.Add(new()
                    {
                        ErrorCode = ErrorOfConfig(resource.ResourceType),
                        ErrorMessage = GuardKind.MessageOf(ErrorOfConfig(resource.ResourceType)),
                        ResourceType = resource.ResourceType,
                        ResourceName = resource.ResourceName,
                    }))));
        Add(new ApiGuard<AlterConfigsRequest, AlterConfigsResponse>(
            "AlterConfigs of each: Topic, Group, else Cluster",
            static (request, access, _) =>
                GuardKind.AdmitEach<AlterConfigsResponse, AlterConfigsRequest.AlterConfigsResource>(
                    request.Resources,
                    resource => May(access, AclOperation.AlterConfigs, resource.ResourceType, resource.ResourceName),
                    static (answer, resource) => answer.Responses.Add(new()
                    {
                        ErrorCode = ErrorOfConfig(resource.ResourceType),
                        ErrorMessage = GuardKind.MessageOf(ErrorOfConfig(resource.ResourceType)),
                        ResourceType = resource.ResourceType,
                        ResourceName = resource.ResourceName,
                    }))));
        Add(new ApiGuard<IncrementalAlterConfigsRequest, IncrementalAlterConfigsResponse>(
            "AlterConfigs of each: Topic, Group, else Cluster",
            static (request, access, _) => GuardKind
                .AdmitEach<IncrementalAlterConfigsResponse, IncrementalAlterConfigsRequest.AlterConfigsResource>(
                    request.Resources,
                    resource => May(access, AclOperation.AlterConfigs, resource.ResourceType, resource.ResourceName),
                    static (answer, resource) => answer.Responses.Add(new()
                    {
                        ErrorCode = ErrorOfConfig(resource.ResourceType),
                        ErrorMessage = GuardKind.MessageOf(ErrorOfConfig(resource.ResourceType)),
                        ResourceType = resource.ResourceType,
                        ResourceName = resource.ResourceName,
                    }))));
        Add(GuardKind.Cluster<ListConfigResourcesRequest, ListConfigResourcesResponse>(
            AclOperation.DescribeConfigs, static (_, error) => new() { ErrorCode = error }));
    }

    private static bool May(RequestAccess access, AclOperation operation, sbyte configType, string name) =>
        TypeOf(configType) is var type && type == AclResourceType.Cluster
            ? access.MayInCluster(operation)
            : access.May(operation, type, name);

    /// <summary>Brokers, their loggers and clients' metrics are the cluster's.</summary>
    private static AclResourceType TypeOf(sbyte configType) => configType switch
    {
        ConfigResources.Topic => AclResourceType.Topic,
        ConfigResources.Group => AclResourceType.Group,
        _ => AclResourceType.Cluster,
    };

    private static ErrorCode ErrorOfConfig(sbyte configType) => GuardKind.ErrorOf(TypeOf(configType));
}
