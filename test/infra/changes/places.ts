import { isDeepStrictEqual } from "node:util";
import type { Resource } from "../template.ts";
import { valueAt } from "./stack-change.ts";

/**
 * What no two resources of a type may have at once: a name, or a place that holds one of them. Properties whose values
 * together are it, as paths; a place of which a property is absent is none, as where CloudFormation makes the name.
 */
const placesOf: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "AWS::ApplicationAutoScaling::ScalableTarget": [["ResourceId", "ScalableDimension"]],
  "AWS::ApplicationAutoScaling::ScalingPolicy": [["ScalingTargetId", "PolicyName"]],
  // Several may have one name.
  "AWS::Athena::NamedQuery": [],
  "AWS::Athena::WorkGroup": [["Name"]],
  "AWS::CloudWatch::Alarm": [["AlarmName"]],
  "AWS::CloudWatch::Dashboard": [["DashboardName"]],
  "AWS::DynamoDB::Table": [["TableName"]],
  "AWS::EC2::EgressOnlyInternetGateway": [["VpcId"]],
  "AWS::EC2::FlowLog": [["ResourceId", "LogGroupName"]],
  "AWS::EC2::InternetGateway": [],
  "AWS::EC2::Route": [
    ["RouteTableId", "DestinationCidrBlock"],
    ["RouteTableId", "DestinationIpv6CidrBlock"],
  ],
  "AWS::EC2::RouteTable": [],
  "AWS::EC2::SecurityGroup": [["VpcId", "GroupName"]],
  "AWS::EC2::SecurityGroupEgress": [["GroupId", "IpProtocol", "FromPort", "DestinationSecurityGroupId"]],
  "AWS::EC2::SecurityGroupIngress": [
    ["GroupId", "IpProtocol", "FromPort", "SourceSecurityGroupId"],
    ["GroupId", "IpProtocol", "FromPort", "SourcePrefixListId"],
  ],
  "AWS::EC2::Subnet": [
    ["VpcId", "CidrBlock"],
    ["VpcId", "Ipv6CidrBlock"],
  ],
  "AWS::EC2::SubnetRouteTableAssociation": [["SubnetId"]],
  "AWS::EC2::VPC": [],
  // A VPC takes several.
  "AWS::EC2::VPCCidrBlock": [],
  "AWS::EC2::VPCEndpoint": [["VpcId", "ServiceName"]],
  "AWS::EC2::VPCGatewayAttachment": [["VpcId"], ["InternetGatewayId"]],
  "AWS::ECS::Cluster": [["ClusterName"]],
  "AWS::ECS::Service": [["Cluster", "ServiceName"]],
  // Another one of the same family is its next revision.
  "AWS::ECS::TaskDefinition": [],
  "AWS::Events::Rule": [["Name"]],
  // A target group is bound to one load balancer alone.
  "AWS::ElasticLoadBalancingV2::Listener": [["LoadBalancerArn", "Port"], ["DefaultActions.0.TargetGroupArn"]],
  "AWS::ElasticLoadBalancingV2::LoadBalancer": [
    ["Name"],
    ...["0", "1"].flatMap((zone) => [
      [`SubnetMappings.${zone}.AllocationId`],
      [`SubnetMappings.${zone}.SubnetId`, `SubnetMappings.${zone}.PrivateIPv4Address`],
    ]),
  ],
  "AWS::ElasticLoadBalancingV2::TargetGroup": [["Name"]],
  "AWS::Glue::Database": [["DatabaseInput.Name"]],
  "AWS::Glue::Table": [["DatabaseName", "TableInput.Name"]],
  // A policy that goes would take the new one of its name, queue, bucket or topic with it.
  "AWS::IAM::Policy": [["PolicyName", "Roles"]],
  "AWS::IAM::Role": [["RoleName"]],
  "AWS::KMS::Key": [],
  "AWS::Lambda::EventSourceMapping": [["EventSourceArn", "FunctionName"]],
  "AWS::Lambda::Function": [["FunctionName"]],
  // Each is a statement of its own in one policy.
  "AWS::Lambda::Permission": [],
  "AWS::Logs::LogGroup": [["LogGroupName"]],
  "AWS::Logs::ResourcePolicy": [["PolicyName"]],
  "AWS::S3::Bucket": [["BucketName"]],
  "AWS::S3::BucketPolicy": [["Bucket"]],
  "AWS::SNS::Subscription": [["TopicArn", "Endpoint"]],
  "AWS::SNS::Topic": [["TopicName"]],
  "AWS::SNS::TopicPolicy": [["Topics"]],
  "AWS::SQS::Queue": [["QueueName"]],
  "AWS::SQS::QueuePolicy": [["Queues"]],
  "AWS::SecretsManager::Secret": [["Name"]],
};

/** A place that a resource has: its values, as a template writes them. */
export interface Place {
  readonly type: string;
  readonly properties: readonly string[];
  readonly values: readonly unknown[];
}

export function placesOfResource(resource: Resource): readonly Place[] {
  const { Type: type } = resource;
  const places = placesOf[type];
  if (places === undefined) throw new Error(`what is there one of: say it of ${type} in ${import.meta.url}`);
  return places
    .map((properties) => ({ type, properties, values: properties.map((path) => valueAt(resource, path)) }))
    .filter(({ values }) => !values.includes(undefined));
}

export function isSamePlace(one: Place, other: Place): boolean {
  return isDeepStrictEqual(one, other);
}
