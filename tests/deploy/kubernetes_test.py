"""deploy/kubernetes against the published schemas, and what the schemas cannot
know. Runs in an environment that `with-packages kubernetes` makes."""

import os
import pathlib
import shutil
import subprocess
import unittest

import kubernetes_validate
import yaml

import deploy_files

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "deploy" / "kubernetes"
# The oldest with gRPC probes and eviction of unhealthy pods on by default, and
# the newest that the validator knows.
VERSIONS = ("1.27", "1.34")
# Kinds that an operator defines; their schemas are not published with these.
CUSTOM = {"ServiceMonitor"}
LABELS = {"app.kubernetes.io/name": "carousel"}
EVERYTHING = {"ConfigMap", "Deployment", "NetworkPolicy", "PersistentVolumeClaim",
              "PodDisruptionBudget", "Service", "ServiceMonitor"}


def documents(text):
    return [d for d in yaml.safe_load_all(text) if d]


def base_manifests():
    return [d for path in sorted((FOLDER / "base").glob("*.yaml"))
            if path.name != "kustomization.yaml"
            for d in documents(path.read_text())]


def rendered(overlay):
    kustomize = os.environ.get("KUSTOMIZE") or shutil.which("kustomize")
    if not kustomize:
        raise deploy_files.MissingTool("kustomize is missing; run scripts/setup")
    result = subprocess.run([kustomize, "build", FOLDER / overlay], text=True,
                            capture_output=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return documents(result.stdout)


class Manifests:
    """What holds of any complete set of manifests; `self.all` is the set."""

    def of(self, kind):
        (manifest,) = [m for m in self.all if m["kind"] == kind]
        return manifest

    def pod(self):
        return self.of("Deployment")["spec"]["template"]["spec"]

    def container(self):
        (container,) = self.pod()["containers"]
        return container

    def test_the_published_schemas_accept_each_manifest(self):
        for manifest in self.all:
            if manifest["kind"] in CUSTOM:
                continue
            for version in VERSIONS:
                with self.subTest(kind=manifest["kind"], version=version):
                    kubernetes_validate.validate(manifest, version, strict=True)

    def test_one_server_at_a_time(self):
        spec = self.of("Deployment")["spec"]
        self.assertEqual(spec["replicas"], 1)
        self.assertEqual(spec["strategy"], {"type": "Recreate"})
        claim = self.of("PersistentVolumeClaim")["spec"]
        self.assertEqual(claim["accessModes"], ["ReadWriteOnce"])

    def test_the_pod_may_do_little(self):
        pod, container = self.pod(), self.container()
        self.assertIs(pod["automountServiceAccountToken"], False)
        self.assertIs(pod["securityContext"]["runAsNonRoot"], True)
        self.assertGreater(pod["securityContext"]["runAsUser"], 0)
        self.assertEqual(pod["securityContext"]["seccompProfile"], {"type": "RuntimeDefault"})
        mine = container["securityContext"]
        self.assertIs(mine["readOnlyRootFilesystem"], True)
        self.assertIs(mine["allowPrivilegeEscalation"], False)
        self.assertEqual(mine["capabilities"], {"drop": ["ALL"]})
        self.assertEqual(set(container["resources"]), {"requests", "limits"})
        self.assertIn("memory", container["resources"]["limits"])

    def test_probes_ask_grpc_health_on_the_port_that_listens(self):
        container = self.container()
        ports = {p["name"]: p["containerPort"] for p in container["ports"]}
        for probe in ("startupProbe", "readinessProbe", "livenessProbe"):
            self.assertEqual(container[probe]["grpc"], {"port": ports["grpc"]})
        self.assertIn(f"--listen=0.0.0.0:{ports['grpc']}", container["args"])
        self.assertIn(f"--metrics_listen=0.0.0.0:{ports['metrics']}", container["args"])

    def test_a_stop_may_take_the_drain_time(self):
        config = (FOLDER / "base" / "carouseld.conf").read_text()
        (drain,) = [int(line.partition("=")[2]) for line in config.splitlines()
                    if line.startswith("drain_seconds")]
        self.assertGreater(self.pod()["terminationGracePeriodSeconds"], drain)

    def test_every_selector_finds_the_pod_and_every_port_is_its(self):
        pod_labels = self.of("Deployment")["spec"]["template"]["metadata"]["labels"]
        self.assertLessEqual(LABELS.items(), pod_labels.items())
        self.assertEqual(self.of("Deployment")["spec"]["selector"]["matchLabels"], LABELS)
        self.assertEqual(self.of("NetworkPolicy")["spec"]["podSelector"]["matchLabels"], LABELS)
        self.assertEqual(self.of("PodDisruptionBudget")["spec"]["selector"]["matchLabels"], LABELS)
        self.assertEqual(self.of("Service")["spec"]["selector"], LABELS)
        ports = {p["name"] for p in self.container()["ports"]}
        self.assertEqual({p["targetPort"] for p in self.of("Service")["spec"]["ports"]}, ports)
        numbers = {p["containerPort"] for p in self.container()["ports"]}
        allowed = {p["port"] for rule in self.of("NetworkPolicy")["spec"]["ingress"]
                   for p in rule["ports"]}
        self.assertEqual(allowed, numbers)

    def test_every_mount_has_its_volume(self):
        mounts = {m["name"]: m["mountPath"] for m in self.container()["volumeMounts"]}
        volumes = {v["name"]: v for v in self.pod()["volumes"]}
        self.assertEqual(mounts.keys(), volumes.keys())
        self.assertIn("emptyDir", volumes["tmp"])
        self.assertEqual(volumes["data"]["persistentVolumeClaim"]["claimName"],
                         self.of("PersistentVolumeClaim")["metadata"]["name"])
        self.assertIn(f"--data_dir={mounts['data']}", self.container()["args"])
        self.assertIn(f"--config={mounts['config']}/carouseld.conf",
                      self.container()["args"])


class BaseTest(Manifests, unittest.TestCase):
    def setUp(self):
        self.all = base_manifests()


class Overlay(Manifests):
    def setUp(self):
        self.all = rendered(f"overlays/{self.name}")

    def test_nothing_is_missing(self):
        self.assertEqual({m["kind"] for m in self.all}, EVERYTHING)
        self.assertEqual(len(self.all), len(EVERYTHING))

    def test_the_image_and_the_device_are_the_overlays(self):
        tag, device = self.image
        self.assertEqual(self.container()["image"], f"carousel:{tag}")
        self.assertEqual([a for a in self.container()["args"] if a.startswith("--device")],
                         [f"--device={device}"])

    def test_the_configuration_is_mounted_under_its_hashed_name(self):
        config = self.of("ConfigMap")
        (volume,) = [v for v in self.pod()["volumes"] if v["name"] == "config"]
        self.assertEqual(volume["configMap"]["name"], config["metadata"]["name"])
        self.assertRegex(config["metadata"]["name"], "^carousel-[a-z0-9]{10}$")
        self.assertEqual(list(config["data"]), ["carouseld.conf"])

    def test_the_service_monitor_scrapes_the_services_metrics(self):
        service, monitor = self.of("Service"), self.of("ServiceMonitor")["spec"]
        self.assertEqual(monitor["selector"]["matchLabels"], LABELS)
        labels = service["metadata"]["labels"]
        self.assertLessEqual(LABELS.items(), labels.items())
        # The rules and the dashboards ask for job="carousel".
        self.assertEqual(labels[monitor["jobLabel"]], "carousel")
        (endpoint,) = monitor["endpoints"]
        self.assertIn(endpoint["port"], {p["name"] for p in service["spec"]["ports"]})


class CpuOverlayTest(Overlay, unittest.TestCase):
    name, image = "cpu", ("cpu", "cpu")

    def test_it_asks_for_no_gpu(self):
        self.assertNotIn("nvidia.com/gpu", self.container()["resources"]["limits"])
        self.assertIn("cpu", self.container()["resources"]["limits"])


class GpuOverlayTest(Overlay, unittest.TestCase):
    name, image = "gpu", ("cuda", "cuda")

    def test_it_asks_for_one_gpu(self):
        self.assertEqual(self.container()["resources"]["limits"]["nvidia.com/gpu"], "1")


if __name__ == "__main__":
    unittest.main()
